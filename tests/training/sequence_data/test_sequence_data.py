"""Walks of vln_ce and vln_pe as the single systems are given them."""

import shutil
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "export"))

import drawn_room

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_pe.recording import Recording, Track, Words
from vln_pipeline.export.vln_pe.writer import write_recording
from vln_pipeline.models.single_system.config import Shown
from vln_pipeline.models.single_system.words import open_words
from vln_pipeline.models.single_system.words_config import WordsConfig
from vln_pipeline.training.sequence_batch import SequenceSample, collate
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.data import open_data
from vln_pipeline.training.sequence_data.walk_list import divided, read_walks

SHOWN = Shown(rgb=16, depth=16, reach=10.0, words=30)
WALKS = tuple(drawn_room.trajectory(n, start=(1.0, 2.5, 0.0, 0.3 + 0.2 * n)) for n in range(3))


@pytest.fixture(scope="module")
def exported(ce_export):
    """Return the folder of the datasets of both versions."""
    return ce_export / "vln_ce"


@pytest.fixture(scope="module")
def words():
    return open_words(WordsConfig(trained=320))


def opened(config, own, words, **changes):
    named = {"run_seed": 5, "seed": 0, "batch_size": 2, "workers": 0, "validation_share": 0.3, "questions": 1}
    return open_data(config, own, words, SHOWN, **(named | changes))


def recording(status="success", reason="success", count=6, texts=("Walk past the sofa.",)):
    """Return a recording of a robot that walks straight on; the last quarter of each depth image shows nothing."""
    places = np.column_stack([0.25 * np.arange(count), np.zeros((count, 2))])
    upright = np.tile([1.0, 0, 0, 0], (count, 1))
    track = Track(places, upright, np.zeros(count))
    depth = np.full((count, 8, 8), 0.5, np.float32)
    depth[:, 6:] = 1.0
    action = np.ones(count, dtype=np.int64)
    action[-1] = 0 if status == "success" else 1
    rgb = np.full((count, 8, 8, 3), 90, np.uint8)
    told = tuple(Words(text) for text in texts)
    return Recording(track, track, np.linspace(0, 1, count), np.arange(count), action, rgb, depth, status, reason, told)


def test_a_walk_is_what_was_walked(exported):
    walks, report = read_walks(SequenceDataConfig(), [exported])
    assert report.episodes == len(WALKS) == len(walks)
    for walk, planned in zip(walks, WALKS, strict=True):
        assert walk.actions.tolist() == [*planned.actions.tolist(), 0]
        assert len(walk.instructions) == 2
        away = planned.poses[:, :2] - planned.poses[0, :2]
        c, s = np.cos(planned.poses[0, 3]), np.sin(planned.poses[0, 3])
        seen = np.column_stack([c * away[:, 0] + s * away[:, 1], c * away[:, 1] - s * away[:, 0]])
        np.testing.assert_allclose(walk.poses[:, :2], seen, atol=1e-6)
        turned = planned.poses[:, 3] - planned.poses[0, 3]
        np.testing.assert_allclose(np.sin(walk.poses[:, 2] - turned), 0, atol=1e-6)
        assert walk.progress[0] == 0
        assert walk.progress[-1] == pytest.approx(1)
        assert (np.diff(walk.progress) >= 0).all()


def test_both_versions_hold_the_same_walks(exported):
    found = []
    for version in ("v2.1", "v3.0"):
        walks, _ = read_walks(SequenceDataConfig(), [exported / version])
        found.append(walks)
    for loose, stored in zip(*found, strict=True):
        np.testing.assert_array_equal(loose.actions, stored.actions)
        np.testing.assert_allclose(loose.poses, stored.poses, atol=1e-5)
        np.testing.assert_allclose(loose.frames.depth(3), stored.frames.depth(3), atol=2e-3)
        apart = loose.frames.rgb(3).astype(int) - stored.frames.rgb(3).astype(int)
        assert np.abs(apart).mean() < 10


def test_a_batch_follows_from_its_number(exported, words):
    config = SequenceDataConfig()
    data, again = opened(config, [exported], words), opened(config, [exported], words)
    batches = list(islice(data.batches.read(0, 1), 3))
    (late,) = islice(again.batches.read(2, 1), 1)
    for name in ("tokens", "rgb", "depth", "actions", "previous", "progress", "poses"):
        assert torch.equal(getattr(batches[2], name), getattr(late, name)), name
    one = batches[0]
    count = len(WALKS[0].actions) + 1
    assert one.lengths == (count, count)
    assert one.rgb.shape == (2 * count, 16, 16, 3)
    assert one.previous[0] == one.previous[count] == 0
    assert torch.equal(one.previous[1:count], one.actions[: count - 1] + 1)
    assert one.depth.max() <= 1
    learned = {name for number in range(6) for name in data.batches.names(number)}
    held = {name for number in range(6) for name in data.validation.names(number)}
    assert not learned & held, "of a single scene, whole walks are held out"
    assert data.questions[0].name in held
    other = opened(config, [exported], words, seed=1)
    assert [other.batches.names(n) for n in range(6)] != [data.batches.names(n) for n in range(6)]


def test_worker_processes_make_the_same_batches(exported, words):
    alone, shared = (
        next(opened(SequenceDataConfig(), [exported], words, workers=n).batches.read(0, 1)) for n in (0, 1)
    )
    assert torch.equal(alone.rgb, shared.rgb)
    assert torch.equal(alone.tokens, shared.tokens)


def test_recordings_of_vln_pe_are_read_as_they_were_made(tmp_path, words):
    for number in range(2):
        folder = tmp_path / f"house_{number}.h1" / "walk"
        write_recording(recording(texts=("Walk past the sofa.", "Go on.")), folder, "h1")
    config = SequenceDataConfig(mix=None, recordings=(str(tmp_path),))
    walks, _ = read_walks(config, [])
    assert [walk.scene for walk in walks] == ["house_0.h1", "house_1.h1"]
    assert walks[0].actions.tolist() == [1, 1, 1, 1, 1, 0]
    np.testing.assert_allclose(walks[0].poses[:, 0], 0.25 * np.arange(6))
    batch = next(opened(config, [], words).batches.read(0, 1))
    assert batch.depth[0, 0, 0] == pytest.approx(0.5)
    assert batch.depth[0, -1, -1] == pytest.approx(1.0)


def test_failed_recordings_count_as_far_as_they_went(tmp_path):
    for name, made in {
        "short": recording("fail", "fall", 6),
        "long": recording("fail", "fall", 9),
        "stuck": recording("stuck", "stuck", 12),
    }.items():
        write_recording(made, tmp_path / "house.h1" / name, "h1")
    rules = {"mix": None, "recordings": (str(tmp_path),), "failed_frames": 8, "stuck_frames": 5}
    walks, report = read_walks(SequenceDataConfig(**rules), [])
    assert sorted(len(walk.actions) for walk in walks) == [7, 9]
    assert report.skipped == {"it failed within fewer than 8 frames": 1}
    short, _ = read_walks(SequenceDataConfig(**rules | {"max_steps": 4}), [])
    assert [len(walk.actions) for walk in short] == [4, 4]


@pytest.fixture
def rolled_out(exported, tmp_path):
    """Return a function that gives every walk an expert that says one action at all frames; returns the folder."""
    folder = tmp_path / "room"
    shutil.copytree(exported / "v2.1", folder)

    def advise(action):
        for path in folder.rglob("episode_*.parquet"):
            table = pq.read_table(path)
            pq.write_table(table.append_column("expert_action", [np.full(len(table), action)]), path)
        return folder

    return advise


def test_a_roll_out_is_taught_by_its_expert_and_told_what_was_driven(rolled_out, words):
    """Training on walks of dagger taught the agent's own mistakes: the column expert_action was not read."""
    folder = rolled_out(3)
    walks, _ = read_walks(SequenceDataConfig(max_steps=4), [folder])
    for walk, planned in zip(walks, WALKS, strict=True):
        assert walk.actions.tolist() == planned.actions[:4].tolist()
        assert walk.expert_actions.tolist() == [3] * 4
    batch = next(opened(SequenceDataConfig(max_steps=4), [folder], words).batches.read(0, 1))
    assert batch.expert_actions.tolist() == [3] * 8
    assert torch.equal(batch.previous[1:4], batch.actions[:3] + 1)


def test_an_action_that_the_robot_has_not_is_told(rolled_out):
    """An expert's action 7 was looked up in a table of four."""
    with pytest.raises(DataError, match="skipped 3: an action is none of stop 0, forward 1"):
        read_walks(SequenceDataConfig(), [rolled_out(7)])


def test_what_cannot_be_said_or_read_is_left_out_and_told(exported, tmp_path):
    walks, report = read_walks(SequenceDataConfig(max_characters=30), [exported])
    assert all(len(walk.instructions) == 1 for walk in walks)
    assert report.skipped == {"an instruction has more than 30 characters": 3}
    with pytest.raises(DataError, match="no walk to learn from; skipped 6: an instruction has more"):
        read_walks(SequenceDataConfig(max_characters=3), [exported])
    with pytest.raises(DataError, match="is not in the registry"):
        read_walks(SequenceDataConfig(mix="own_125cm_0_31"), [exported])
    with pytest.raises(DataError, match="run the datagen pipeline first"):
        read_walks(SequenceDataConfig(), [])
    with pytest.raises(DataError, match="holds no vln_pe recording"):
        read_walks(SequenceDataConfig(mix=None, recordings=(str(tmp_path),)), [])
    with pytest.raises(ValueError, match="nothing to learn from"):
        SequenceDataConfig(mix=None)


def test_a_mix_takes_its_share_whoever_asks(exported):
    walks, _ = read_walks(SequenceDataConfig(mix="own_125cm_0_30%50"), [exported])
    learned, held = divided(walks, 0.3, 5)
    assert (len(learned), len(held)) == (2, 1)
    assert (learned, held) == divided(walks, 0.3, 5)
    with pytest.raises(DataError, match="one walk cannot be"):
        divided(walks[:1], 0.3, 5)


def test_a_walk_with_a_broken_frame_is_left_out_and_told(exported, words, tmp_path):
    shutil.copytree(exported / "v2.1", tmp_path / "room")
    whole = opened(SequenceDataConfig(), [tmp_path / "room"], words, batch_size=1)
    episode = whole.batches.names(0)[0].rpartition("/")[2]
    (bad,) = (tmp_path / "room").rglob(f"observation.images.depth.125cm_0deg/{episode}_3.png")
    bad.write_bytes(b"no image")
    data = opened(SequenceDataConfig(), [tmp_path / "room"], words, batch_size=1)
    next(data.batches.read(0, 1))
    (cause,) = data.batches.skipped
    assert "depth missing, unreadable or not 16-bit" in cause
    assert bad.name in cause


def test_words_of_unlike_length_are_filled_up(words):
    def sample(text):
        numbers = tuple(words.numbers(text, 30))
        image, depth = np.zeros((1, 2, 2, 3), np.uint8), np.zeros((1, 2, 2), np.float32)
        action, progress = np.zeros(1, np.int64), np.zeros(1, np.float32)
        return SequenceSample("one", numbers, image, depth, action, action, progress, np.zeros((1, 3)))

    batch = collate([sample("Go."), sample("Go past the sofa and stop.")])
    assert batch.tokens.shape[1] == max(len(words.numbers(t, 30)) for t in ("Go.", "Go past the sofa and stop."))
    assert (batch.tokens[0, len(words.numbers("Go.", 30)) :] == 0).all()
