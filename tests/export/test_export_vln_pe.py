"""The vln_pe layout: exact round trips, both published generations, frames, and damaged folders."""

import json
import shutil
from dataclasses import fields, replace

import drawn_room
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_pe.layout import DEPTH, RGB, array_name, data_name, own_array_name
from vln_pipeline.export.vln_pe.reader import RecordingFile, find_recordings, read_recording
from vln_pipeline.export.vln_pe.record import _normalised, record
from vln_pipeline.export.vln_pe.recording import Recording, Track, Words
from vln_pipeline.export.vln_pe.tokens import read_vocabulary, tokens
from vln_pipeline.export.vln_pe.writer import write_recording
from vln_pipeline.rendering.camera import body_poses
from vln_pipeline.rendering.viewpoints import walk_poses

WORDS = (Words("Go past the pillar.", (7, 8, 0)), Words("Geh am Pfeiler vorbei: „links“.", ()), Words("Go.", (1,)))


def recording_of(count=5, seed=0, words=WORDS):
    rng = np.random.default_rng(seed)

    def track():
        turns = rng.normal(size=(count, 4))
        turns /= np.linalg.norm(turns, axis=1, keepdims=True)
        return Track(rng.normal(size=(count, 3)), turns, rng.uniform(-3, 3, count))

    return Recording(
        camera=track(),
        robot=track(),
        progress=np.linspace(0, 1, count),
        step=np.arange(count),
        action=rng.integers(0, 4, count),
        rgb=rng.integers(0, 256, (count, 6, 8, 3), dtype=np.uint8),
        depth=rng.random((count, 6, 8), dtype=np.float32),
        finish_status="fail",
        fail_reason="fall",
        words=words,
    )


def assert_same(one, other):
    for field in fields(Recording):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, Track):
            for part in fields(Track):
                np.testing.assert_array_equal(getattr(first, part.name), getattr(second, part.name))
        elif isinstance(first, np.ndarray):
            assert first.dtype == second.dtype
            np.testing.assert_array_equal(first, second)
        else:
            assert first == second


@pytest.fixture
def written(tmp_path):
    write_recording(recording_of(), tmp_path / "trajectory_1", "h1")
    return RecordingFile(tmp_path / "trajectory_1")


@settings(max_examples=20)
@given(st.integers(1, 9), st.integers(0, 99), st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_what_is_written_is_read_to_the_bit(tmp_path_factory, count, seed, texts):
    recording = recording_of(count, seed, tuple(Words(text, tuple(range(len(text)))) for text in texts))
    folder = tmp_path_factory.mktemp("round") / "trajectory"
    write_recording(recording, folder, "h1")
    assert_same(read_recording(RecordingFile(folder)), recording)


def test_the_same_recording_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_recording(recording_of(), tmp_path / name, "h1")
    files = [
        sorted(p.relative_to(tmp_path / n) for p in (tmp_path / n).rglob("*") if p.is_file()) for n in ("one", "two")
    ]
    assert files[0] == files[1] and len(files[0]) == 9
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files[0])


def test_a_folder_has_what_the_first_published_loader_opens(written):
    """One line of episodes.jsonl per instruction, each with status, reason, text and tokens; rgb.npy and depth.npy."""
    lines = [json.loads(line) for line in (written.folder / "meta/episodes.jsonl").read_text().splitlines()]
    assert [line["instruction_text"] for line in lines] == [words.text for words in WORDS]
    assert [line["instruction_tokens"] for line in lines] == [[7, 8, 0], [], [1]]
    assert {(line["finish_status"], line["fail_reason"]) for line in lines} == {("fail", "fall")}
    assert np.load(written.folder / "videos/chunk-000/observation.images.rgb/rgb.npy").shape == (5, 6, 8, 3)
    assert np.load(written.folder / "videos/chunk-000/observation.images.depth/depth.npy").dtype == np.float32
    names = pq.read_schema(written.folder / "data/chunk-000/episode_000000.parquet").names
    assert names[:3] == ["observation.camera_position", "observation.camera_orientation", "observation.camera_yaw"]


def test_a_folder_has_what_the_later_loader_opens(written):
    """It takes the lines of tasks.jsonl in the span of episodes_stats.jsonl, and episode_000000.npy."""
    meta = written.folder / "meta"
    (span,) = [json.loads(line)["task_index"] for line in (meta / "episodes_stats.jsonl").read_text().splitlines()]
    tasks = [json.loads(line) for line in (meta / "tasks.jsonl").read_text().splitlines()]
    assert [t["task"] for t in tasks if span["min"] <= t["task_index"] <= span["max"]] == [w.text for w in WORDS]
    for kind in (RGB, DEPTH):
        one, other = written.folder / own_array_name(kind), written.folder / array_name(kind, 0)
        assert one.stat().st_ino == other.stat().st_ino


def test_a_folder_per_scene_is_read_as_later_releases_have_it(tmp_path):
    """Two episodes, the tokens and endings in tasks.jsonl, no texts beside ``task``, nothing in episodes.jsonl."""
    scene = tmp_path / "r2r" / "scan"
    episodes = [recording_of(4, 1), replace(recording_of(6, 2), finish_status="stuck", fail_reason="stuck")]
    tasks, spans = [], []
    for number, episode in enumerate(episodes):
        write_recording(episode, tmp_path / "parts" / str(number), "h1")
        part = tmp_path / "parts" / str(number)
        for source, target in [(data_name(0), data_name(number))] + [
            (array_name(kind, 0), array_name(kind, number)) for kind in (RGB, DEPTH)
        ]:
            (scene / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(part / source, scene / target)
        spans.append({"episode_index": number, "task_index": {"min": len(tasks), "max": len(tasks) + 2, "count": 1}})
        tasks += [
            {
                "task_index": len(tasks) + n,
                "task": words.text,
                "instruction_tokens": list(words.tokens),
                "finish_status": episode.finish_status,
                "fail_reason": episode.fail_reason,
            }
            for n, words in enumerate(episode.words)
        ]
    (scene / "meta").mkdir()
    (scene / "meta/tasks.jsonl").write_text("\n".join(json.dumps(task) for task in tasks))
    (scene / "meta/episodes_stats.jsonl").write_text("\n".join(json.dumps(span) for span in spans))
    found = list(find_recordings(tmp_path / "r2r"))
    assert [file.episode for file in found] == [0, 1]
    for file, episode in zip(found, episodes, strict=True):
        assert_same(read_recording(file), episode)


def test_the_last_frame_has_stop_where_the_goal_was_reached_and_is_left_out_where_not(tmp_path):
    walk = drawn_room.trajectory(0)
    (shot,) = drawn_room.walks_of(tmp_path, [walk])
    base = body_poses(walk.poses[:, :3], walk.poses[:, 3])
    progress = np.linspace(0, 1, len(base))
    reached = record(shot, base, progress, ("success", "success"), WORDS)
    assert reached.action.tolist() == [*walk.actions.tolist(), 0] and reached.rgb.shape[0] == len(walk.poses)
    fell = record(shot, base, progress, ("fail", "fall"), WORDS)
    assert fell.action.tolist() == walk.actions.tolist() and len(fell.depth) == len(walk.actions)
    rig = shot.footage.index.rigs[1]
    metres = drawn_room.depth_of(walk_poses(walk, rig.motion, rig.settings[0])[3], rig.settings[0].intrinsics)
    np.testing.assert_allclose(reached.depth[3] * 10, metres, atol=6e-4)
    write_recording(reached, tmp_path / "trajectory", "h1")
    assert_same(read_recording(RecordingFile(tmp_path / "trajectory")), reached)


def test_depth_beyond_ten_metres_and_nothing_hit_are_one():
    stored = _normalised(np.array([[0.0, 0.5, 9.99, 10.0, 60.0]], dtype=np.float32))
    np.testing.assert_allclose(stored, [[1.0, 0.05, 0.999, 1.0, 1.0]], rtol=1e-6)


def _object_array(folder):
    np.save(folder / own_array_name(RGB), np.array([{"a": 1}] * 5, dtype=object), allow_pickle=True)


def _outside(folder):
    target = folder.parent / "elsewhere.npy"
    np.save(target, np.zeros((5, 6, 8), np.float32))
    (folder / own_array_name(DEPTH)).unlink()
    (folder / own_array_name(DEPTH)).symlink_to(target)


def _absurd(folder):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (9000000000, 480, 640, 3), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    (folder / own_array_name(RGB)).write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


DAMAGES = {
    "no table": lambda f: (f / data_name(0)).unlink(),
    "cut table": lambda f: (f / data_name(0)).write_bytes((f / data_name(0)).read_bytes()[:-40]),
    "column missing": lambda f: pq.write_table(
        pq.read_table(f / data_name(0)).drop(["observation.step"]), f / data_name(0)
    ),
    "rows missing": lambda f: pq.write_table(pq.read_table(f / data_name(0)).slice(1), f / data_name(0)),
    "no colour": lambda f: [(f / name(RGB)).unlink() for name in (own_array_name, lambda kind: array_name(kind, 0))],
    "cut depth": lambda f: (f / own_array_name(DEPTH)).write_bytes((f / own_array_name(DEPTH)).read_bytes()[:-7]),
    "empty depth": lambda f: (f / own_array_name(DEPTH)).write_bytes(b""),
    "depth of doubles": lambda f: np.save(f / own_array_name(DEPTH), np.zeros((5, 6, 8))),
    "colour of another size": lambda f: np.save(f / own_array_name(RGB), np.zeros((5, 6, 9, 3), np.uint8)),
    "pickled colour": _object_array,
    "absurd colour": _absurd,
    "depth outside of the folder": _outside,
    "no words": lambda f: [(f / f"meta/{name}.jsonl").unlink() for name in ("tasks", "episodes")],
    "broken words": lambda f: (f / "meta/tasks.jsonl").write_text('{"task_index": 0, "ta'),
    "words that are no text": lambda f: (f / "meta/tasks.jsonl").write_text('{"task_index": 0, "task": 3}'),
    "a list of words": lambda f: (f / "meta/tasks.jsonl").write_text("[1]"),
    "no ending": lambda f: (f / "meta/tasks.jsonl").write_text('{"task_index": 0, "task": "Go."}'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_refused_with_one_line(written, damage):
    files = {kind: written.folder / own_array_name(kind) for kind in (RGB, DEPTH)}
    for file in files.values():  # the second name is the same file: the damage is to the first alone
        copy = file.read_bytes()
        file.unlink()
        file.write_bytes(copy)
    DAMAGES[damage](written.folder)
    with pytest.raises(DataError) as caught:
        read_recording(written)
    assert str(caught.value).startswith("trajectory_1, episode 0: not a readable recording")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("observation.camera_position", [0.0, float("nan"), 0.0]),
        ("observation.robot_orientation", [0.5, 0.0, 0.0, 0.0]),
        ("observation.progress", float("inf")),
        ("observation.action", None),
    ],
)
def test_numbers_that_cannot_be_are_refused(written, column, cell):
    file = written.folder / data_name(0)
    table = pq.read_table(file)
    cells = table[column].to_pylist()
    cells[2] = cell
    number = table.schema.get_field_index(column)
    pq.write_table(table.set_column(number, column, pa.array(cells, table.schema.field(column).type)), file)
    with pytest.raises(DataError, match="empty cells" if cell is None else column.replace(".", r"\.")):
        read_recording(written)


def test_mutated_files_never_crash_the_reader(written):
    """Flipped bytes are refused with one line, or do no harm."""
    rng = np.random.default_rng(0)
    files = [p for p in sorted(written.folder.rglob("*")) if p.is_file()]
    whole = {file: file.read_bytes() for file in files}
    for _ in range(300):
        file = files[rng.integers(len(files))]
        data = bytearray(whole[file])
        for _ in range(int(rng.integers(1, 6))):
            data[rng.integers(len(data))] = rng.integers(256)
        file.write_bytes(data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.3 else data)
        try:
            assert len(read_recording(written)) > 0
        except DataError as error:
            assert "\n" not in str(error)
        file.write_bytes(whole[file])


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        list(find_recordings(tmp_path / "nowhere"))


def test_words_are_cut_as_habitat_cuts_them(tmp_path):
    episode_file = tmp_path / "train.json"
    vocabulary = {"word2idx_dict": {"go": 5, "to": 6, "the": 7, "man": 8, "'": 9, "left-hand": 10, ".": 11}}
    episode_file.write_text(json.dumps({"episodes": [], "instruction_vocab": vocabulary}))
    words = read_vocabulary(episode_file)
    ids = tokens("Go, to the man's left-hand sofa.", words)
    assert ids[:9] == (5, 6, 7, 8, 9, 1, 10, 1, 11) and len(ids) == 200
    assert len(tokens("go " * 300, words)) == 200
    assert tokens("Go.", {}) == ()


@pytest.mark.parametrize("text", ["", "[1]", '{"a": "b"}', "{}", '{"instruction_vocab": 3}'])
def test_a_file_that_is_no_vocabulary_is_refused(tmp_path, text):
    (tmp_path / "words.json").write_text(text)
    with pytest.raises(DataError, match=r"words\.json"):
        read_vocabulary(tmp_path / "words.json")
