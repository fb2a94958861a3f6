import json

import drawn_room
import numpy as np
import pyarrow.parquet as pq
import pytest
from published_scene import DOWN, LEVEL, Walk, straight, write_scene

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.training.system2_data import scene_samples
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.sample_index import read_index


def rows(table):
    return [table[number] for number in range(len(table))]


def told(table):
    """Return what samples are, apart from where they lie."""
    return [(row.source.scene, row.episode, row.moment, row.size, row.instruction) for row in rows(table)]


def test_a_published_dataset_is_read_with_every_wording_of_a_route(published, cache):
    config = published({"house": [straight(20, ["Go ahead.", "Walk on."])]})
    table, report = read_index(config, [], cache, 0)
    found = [(str(row.moment.kind), row.moment.frame, row.instruction) for row in rows(table)]
    kinds = [("turn", 0), ("pixel", 4), ("pixel", 8), ("pixel", 12), ("stop", 19)]
    assert found == [(*kind, text) for text in ("Go ahead.", "Walk on.") for kind in kinds]
    assert table[1].moment.goal == (5, 9)
    assert (table[1].moment.ahead, table[1].size) == (6, (64, 48))
    assert table[0].moment.moves == "←←"
    assert table[0].name == "r2r_125cm_0_30/house/episode_000000, frame 0"
    assert report.lines() == ["1 episodes; 0 scenes, episodes and instructions skipped"]


def test_our_own_exports_of_both_versions_hold_the_same_samples(tmp_path, cache):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory(0), drawn_room.trajectory(1)])
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, ExportConfig(), tmp_path / "e", seed=7, provenance={"command": "pytest"})
    config = System2DataConfig()
    loose, stored = (read_index(config, [tmp_path / "e/vln_ce" / version], cache, 0)[0] for version in ("v2.1", "v3.0"))
    assert told(loose) == told(stored)
    assert {str(row.moment.kind) for row in rows(loose)} >= {"pixel", "stop"}
    both, report = read_index(config, [tmp_path / "e"], cache, 0)
    assert told(both) == told(loose)  # of twins one is read, and datasets of the other dialect are passed over
    assert report.episodes == 2
    assert not report.skipped


def test_what_was_found_once_is_not_looked_for_again(published, cache, monkeypatch):
    config = published({"house": [straight()], "hut": [straight(24)]})
    first, report = read_index(config, [], cache, 0)
    assert len(list(cache.glob("[!.]*"))) == 2

    def refuse(*_):
        raise AssertionError("looked for again")

    monkeypatch.setattr(scene_samples, "open_scene", refuse)
    again, same = read_index(config.model_copy(update={"stop_repeats": 1, "pixel_goal_only": True}), [], cache, 0)
    assert told(again) == told(first)
    assert same == report
    with pytest.raises(AssertionError, match="again"):
        read_index(config.model_copy(update={"sample_step": 2}), [], cache, 0)


def test_a_dataset_that_changed_is_read_anew_and_so_is_a_broken_table(published, cache, caplog):
    config = published()
    before, _ = read_index(config, [], cache, 0)
    (kept,) = cache.glob("[!.]*/samples.parquet")
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1  # a flipped bit changed samples without a word
    for broken in (content, content[:100]):
        kept.write_bytes(broken)
        assert told(read_index(config, [], cache, 0)[0]) == told(before)
    assert caplog.text.count("samples.parquet has") == 2
    published({"house": [straight(28)]})
    after, _ = read_index(config, [], cache, 0)
    assert after[len(after) - 1].moment.frame == 27


def test_several_processes_find_what_one_finds(published, cache, tmp_path):
    config = published({"house": [straight()], "hut": [straight(24)], "tent": [straight(28)]})
    alone, _ = read_index(config, [], tmp_path / "other", 0)
    assert told(read_index(config, [], cache, 2)[0]) == told(alone)


def test_what_is_wrong_with_one_walk_does_not_keep_the_others(published, cache, tmp_path):
    config = published({"house": [straight() for _ in range(6)]})
    house = tmp_path / "traj_data/r2r/house"
    table = house / "data/chunk-000/episode_000000.parquet"
    pq.write_table(pq.read_table(table).drop_columns([f"goal.{DOWN}"]), table)
    (house / "data/chunk-000/episode_000001.parquet").write_bytes(b"PAR1")
    (house / f"videos/chunk-000/observation.images.rgb.{LEVEL}/episode_000002_3.jpg").unlink()
    (house / f"videos/chunk-000/observation.images.rgb.{DOWN}/episode_000003_19.jpg").unlink()
    (house / f"videos/chunk-000/observation.images.rgb.{DOWN}/episode_000004_0.jpg").write_bytes(b"not a jpeg")
    found, report = read_index(config, [], cache, 0)
    assert {row.episode for row in rows(found)} == {5}
    assert report.episodes == 1
    assert sorted(report.skipped) == [
        "it has 20 rows and 19 images of 125cm_30deg",
        "its first look-down image is unreadable (UnidentifiedImageError)",
        "its images of 125cm_0deg are not numbered 0, 1, 2 and so on, or some are missing",
        "its table cannot be read (ArrowInvalid)",
        "its table has no column goal.125cm_30deg",
    ]
    assert "skipped 1: its table has no column goal.125cm_30deg (the first is house/episode_000000)" in report.lines()


def test_a_missing_setting_leaves_other_recordings_alone(published, cache, tmp_path):
    config = published(mix="r2r_125cm_0_30,r2r_125cm_0_45")
    found, report = read_index(config, [], cache, 0)
    assert {row.source.name for row in rows(found)} == {"r2r_125cm_0_30"}
    assert report.skipped == {"its table has no column goal.125cm_45deg, relative_goal_frame_id.125cm_45deg": 1}


def test_instructions_in_any_script_are_taken_and_endless_or_empty_ones_are_not(published, cache):
    telugu, endless = "సోఫా దాటి నడవండి, ఆపై ఆగండి.", " ".join(["onwards"] * 3000)
    config = published({"house": [straight(20, ["Go.", telugu, "", endless])]})
    found, report = read_index(config, [], cache, 0)
    assert {row.instruction for row in rows(found)} == {"Go.", telugu}
    assert report.skipped == {"an instruction is empty": 1, "an instruction has more than 4000 characters": 1}


def test_numbers_with_zeros_in_front_are_not_this_layout(published, cache, tmp_path):
    config = published({"house": [straight()], "hut": [straight()]})
    for image in (tmp_path / "traj_data/r2r/hut").rglob("*.jpg"):
        stem, _, frame = image.stem.rpartition("_")
        image.rename(image.with_name(f"{stem}_{int(frame):03d}.jpg"))
    found, report = read_index(config, [], cache, 0)
    assert {row.source.scene for row in rows(found)} == {"house"}
    assert next(iter(report.skipped)).startswith("its images of 125cm_0deg are not numbered 0, 1, 2")


@pytest.mark.parametrize("broken", ["{\n", '{"episode_index": "first"}\n', '{"tasks": []}\n', "[1]\n"])
def test_a_broken_list_of_episodes_costs_its_scene(published, cache, tmp_path, broken):
    config = published({"house": [straight()], "hut": [straight()]})
    (tmp_path / "traj_data/r2r/hut/meta/episodes.jsonl").write_text(broken)
    found, report = read_index(config, [], cache, 0)
    assert {row.source.scene for row in rows(found)} == {"house"}
    assert next(iter(report.skipped)).startswith("its tables cannot be read (")


def test_nothing_to_learn_from_is_told_with_the_first_cause(published, cache):
    config = published({"house": [Walk([1, 1], [-1, -1, -1])]})
    with pytest.raises(DataError, match="there is no sample to learn from; skipped 1: fewer than 4 frames"):
        read_index(config, [], cache, 0)


def test_a_folder_that_is_not_there_and_a_run_without_exports_are_told(tmp_path, cache):
    with pytest.raises(DataError, match="there is no dataset at or under it; give folders of vln_ce datasets"):
        read_index(System2DataConfig(mix="r2r_125cm_0_30", root=str(tmp_path)), [], cache, 0)
    with pytest.raises(DataError, match="own_125cm_0_30: stands for walks of this run, and there are none"):
        read_index(System2DataConfig(), [], cache, 0)


def test_settings_are_put_into_names_and_parents_may_be_called_anything(tmp_path, cache):
    home = tmp_path / "rgb_125cm_0deg"
    write_scene(home / "r2r/house", [straight()])
    found, _ = read_index(System2DataConfig(mix="r2r_125cm_0_30", root=str(home)), [], cache, 0)
    assert len(found) == 5


def test_lengths_of_the_episode_list_do_not_count(published, cache, tmp_path):
    config = published()
    listed = tmp_path / "traj_data/r2r/house/meta/episodes.jsonl"
    line = json.loads(listed.read_text())
    assert line["length"] == 40
    assert read_index(config, [], cache, 0)[0][4].moment.frame == 19


def test_tables_hold_plain_columns(published, cache):
    read_index(published(), [], cache, 0)
    (kept,) = cache.glob("[!.]*/samples.parquet")
    frame = pq.read_table(kept).to_pandas()
    assert frame["kind"].tolist() == ["turn", "pixel", "pixel", "pixel", "stop"]
    assert np.array_equal(frame["frame"], [0, 4, 8, 12, 19])
