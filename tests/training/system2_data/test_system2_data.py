from itertools import islice

import numpy as np
import pytest
import torch
from published_scene import straight

from vln_pipeline.errors import DataError
from vln_pipeline.scene_split import held_out
from vln_pipeline.training.system2_data.config import KindShares
from vln_pipeline.training.system2_data.data import open_data
from vln_pipeline.training.system2_data.sample_index import read_index
from vln_pipeline.training.system2_data.selection import hold_out, mixed

HOUSES = {"house": [straight(16), straight(20)], "hut": [straight(20)], "tent": [straight(24)]}


def opened(config, parts, cache, workers=0, seed=0):
    return open_data(
        config,
        [],
        parts,
        run_seed=5,
        seed=seed,
        batch_size=2,
        workers=workers,
        validation_share=0.3,
        questions=3,
        cache=cache,
    )


def equal(one, other):
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_a_batch_follows_from_its_number(published, parts, cache):
    config = published(HOUSES)
    data, again = opened(config, parts, cache), opened(config, parts, cache)
    batches = list(islice(data.batches.read(0, 1), 4))
    (late,) = islice(again.batches.read(3, 1), 1)
    second = list(islice(again.batches.read(1, 2), 2))
    assert equal(batches[3], late)
    assert all(equal(*pair) for pair in zip(batches[1::2], second, strict=True))
    assert not equal(batches[0], batches[1])
    other = opened(config, parts, cache, seed=1)
    assert [other.batches.names(n) for n in range(4)] != [data.batches.names(n) for n in range(4)]


def test_published_walks_tell_where_their_cameras_are_but_not_their_lenses(published, parts, cache):
    cameras = opened(published(HOUSES), parts, cache).cameras
    assert (cameras.height, cameras.pitch, cameras.hfov, cameras.vfov) == ((1.25, 1.25), (0, 30), None, None)


def test_worker_processes_make_the_same_batches(published, parts, cache):
    config = published(HOUSES)
    alone, shared = (list(islice(opened(config, parts, cache, workers=n).batches.read(0, 1), 2)) for n in (0, 1))
    assert all(equal(*pair) for pair in zip(alone, shared, strict=True))


def test_validation_and_questions_are_of_scenes_that_are_not_learned_from(published, parts, cache):
    data = opened(published(HOUSES), parts, cache)
    learned = {name.split("/")[1] for number in range(12) for name in data.batches.names(number)}
    held = {name.split("/")[1] for number in range(12) for name in data.validation.names(number)}
    assert learned | held == set(HOUSES)
    assert len(held) == 1
    assert not learned & held
    assert {sample.name.split("/")[1] for sample in data.questions} == held
    assert len({sample.name for sample in data.questions}) == len(data.questions) == 3
    assert data.report[0] == "4 episodes; 0 scenes, episodes and instructions skipped"
    assert data.report[2].endswith(f"of 1 scenes: {held.pop()}")


def test_what_is_dropped_on_the_way_is_counted(published, parts, cache, tmp_path):
    config = published(HOUSES, augmentation=None)
    data = opened(config, parts, cache)
    for image in tmp_path.rglob("episode_000000_8.jpg"):
        image.write_bytes(image.read_bytes()[:-40])
    assert not data.batches.skipped
    for _ in islice(data.batches.read(0, 1), 40):
        pass
    assert data.batches.skipped.total() > 1
    assert all(cause.endswith("episode_000000_8.jpg: image is truncated") for cause in data.batches.skipped)


def test_an_epoch_has_stops_as_often_as_they_are_repeated(published, cache):
    config = published(HOUSES)
    table, _ = read_index(config, [], cache, 0)
    everything = np.arange(len(table))

    def counts(**changes):
        kinds = table.kinds()[mixed(table, everything, config.model_copy(update=changes), 0)]
        return {str(kind): int(count) for kind, count in zip(*np.unique(kinds, return_counts=True), strict=True)}

    unique = {str(kind): int(n) for kind, n in zip(*np.unique(table.kinds(), return_counts=True), strict=True)}
    assert unique["stop"] == 4
    assert counts() == unique | {"stop": 20}
    assert counts(pixel_goal_only=True) == {"pixel": unique["pixel"]}
    assert counts(stop_repeats=0) == {kind: n for kind, n in unique.items() if kind != "stop"}


def test_kinds_have_their_shares_whatever_walks_are_like(published, cache):
    """45 % of the samples of the demo's short walks were stops, 3 % turns; published walks are four times as long."""
    config = published(HOUSES)
    table, _ = read_index(config, [], cache, 0)
    everything, kinds = np.arange(len(table)), table.kinds()

    def counts(**shares):
        taken = mixed(table, everything, config.model_copy(update={"shares": KindShares(**shares)}), 1)
        return {str(kind): int((kinds[taken] == kind).sum()) for kind in np.unique(kinds)}

    goals = int((kinds == "pixel").sum())
    found = counts(pixel=0.5, turn=0.3, stop=0.2)
    assert found["pixel"] == goals
    assert found["stop"] == round(goals * 0.4)
    assert found.get("turn", 0) == (round(goals * 0.6) if "turn" in found else 0)
    assert set(counts(pixel=0.9, turn=0.1, stop=0.0)) == set(np.unique(kinds).tolist())
    with pytest.raises(ValueError, match=r"pixel, turn and stop are 1\.2 together, not 1"):
        KindShares(pixel=0.6, turn=0.4, stop=0.2)


def test_a_share_is_drawn_by_the_seed_and_of_its_own_recording(published, cache, tmp_path):
    config = published(HOUSES, mix="r2r_125cm_0_30%30,again")
    again = config.recordings["r2r_125cm_0_30"]
    config = config.model_copy(update={"registry": {"again": again}})
    table, _ = read_index(config, [], cache, 0)
    everything = np.arange(len(table))
    one, same, other = (mixed(table, everything, config, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    whole = len(mixed(table, everything, config.model_copy(update={"mix": "again"}), 1))
    assert (table.origin[one] < 3).sum() == int(0.3 * whole)
    assert (table.origin[one] >= 3).sum() == whole


def test_recordings_of_one_scene_are_held_out_together(published, cache):
    config = published(HOUSES, mix="r2r_125cm_0_30,again")
    config = config.model_copy(update={"registry": {"again": config.recordings["r2r_125cm_0_30"]}})
    table, _ = read_index(config, [], cache, 0)
    scenes = [{table[number].source.scene for number in part.tolist()} for part in hold_out(table, 0.3, 3)]
    assert not scenes[0] & scenes[1]
    assert scenes[0] | scenes[1] == set(HOUSES)


@pytest.mark.parametrize("seed", range(4))
def test_the_scenes_of_validation_are_those_of_the_run(published, cache, seed):
    """Each training drew by a key of its own: System 1 learned from scenes that validated the joint model."""
    table, _ = read_index(published(HOUSES), [], cache, 0)
    _, held = hold_out(table, 0.3, seed)
    assert {table[number].source.scene for number in held.tolist()} == held_out(HOUSES, 0.3, seed)


def test_of_a_single_scene_episodes_are_held_out(published, cache):
    table, _ = read_index(published({"house": [straight() for _ in range(4)]}), [], cache, 0)
    episodes = [{table[number].episode for number in part.tolist()} for part in hold_out(table, 0.3, 3)]
    assert [len(part) for part in episodes] == [3, 1]
    assert not episodes[0] & episodes[1]


def test_a_single_episode_and_an_empty_mix_are_told(published, parts, cache):
    with pytest.raises(DataError, match="one episode cannot be learned from and validated on"):
        opened(published(), parts, cache)
    with pytest.raises(DataError, match="no sample is left; raise the percentages"):
        opened(published(HOUSES, mix="r2r_125cm_0_30%1"), parts, cache)


def test_batches_are_one_row_or_padded(published, parts, cache):
    config = published(HOUSES)
    for packed in (True, False):
        data = opened(config.model_copy(update={"packed": packed}), parts, cache)
        assert [len(batch.input_ids) for batch in islice(data.batches.read(0, 1), 3)] == [1 if packed else 2] * 3


def test_a_token_of_the_chat_format_in_an_instruction_drops_its_samples(published, parts, cache):
    told = {"house": [straight(20, ["Go.<|im_end|>"]), straight()], "hut": [straight(), straight()]}
    data = opened(published(told), parts, cache)
    for batches in (data.batches, data.validation):
        for _ in islice(batches.read(0, 1), 8):
            pass
    dropped = data.batches.skipped + data.validation.skipped
    assert any("holds <|im_end|>, which the chat format keeps for itself" in cause for cause in dropped)
