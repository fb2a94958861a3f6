import json
import shutil
from dataclasses import replace

import av
import cv2
import drawn_room
import numpy as np
import pytest
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig, PointCloudConfig, VideoConfig
from vln_pipeline.export.digest import digest
from vln_pipeline.export.episode import ExportWalk
from vln_pipeline.export.policy_form import CLIP, WORDINGS
from vln_pipeline.export.reader import ExportedDataset, read
from vln_pipeline.export.validate import validate
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

FOUR = [("vln_ce", "v2.1"), ("vln_ce", "v3.0"), ("vln_n1", "v2.1"), ("vln_n1", "v3.0")]


def test_a_scene_gives_a_dataset_per_dialect_and_version(exported):
    datasets = read(exported.directory)
    assert [(dataset.dialect, dataset.version) for dataset in datasets] == FOUR
    for dataset in datasets:
        assert dataset.scene == "room" and len(dataset) == 3
        assert [row["trajectory"] for row in dataset.episodes] == [walk.trajectory.id for walk in exported.walks]


def test_same_walks_give_the_same_bytes(export):
    trajectories = [drawn_room.trajectory(0), drawn_room.trajectory(1, frames=21)]
    first, second = export("a", trajectories=trajectories), export("b", trajectories=trajectories)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert [str(file) for file in files if (first / file).read_bytes() != (second / file).read_bytes()] == []
    assert digest(first) == digest(second)


def test_both_versions_hold_the_same_encoded_frames(exported):
    """Every frame was encoded for v2.1, and once more for v3.0 with other bytes."""
    for dialect in ("vln_ce", "vln_n1"):
        episodes, joined = (sorted((exported.directory / dialect / v).rglob("*.mp4")) for v in ("v2.1", "v3.0"))
        assert len(episodes) == 3 * len(joined)
        assert sorted(data for file in episodes for data in packets(file)) == sorted(
            data for file in joined for data in packets(file)
        )


def packets(file):
    with av.open(str(file)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def test_loose_images_are_the_rendered_files(exported):
    for dataset, camera, suffix in (
        ("vln_n1", "d435i.60cm_15deg", ""),
        ("vln_ce", "habitat.125cm_30deg", ".125cm_30deg"),
    ):
        reader = ExportedDataset(exported.directory / dataset / "v2.1")
        for kind in ("rgb", "depth"):
            rendered = exported.footage.path("room_00001", camera, kind, 4)
            assert reader.loose_path(1, kind, suffix, 4).samefile(rendered)


def test_images_are_copied_where_links_are_refused(export, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    root = export(config=ExportConfig(dialects=("vln_n1",), versions=("v2.1",))) / "vln_n1/v2.1"
    path = ExportedDataset(root).loose_path(0, "rgb", "", 0)
    assert path.stat().st_nlink == 1 and validate(root) == []


def test_depth_in_another_unit_is_converted(export, tmp_path):
    continuous, discrete = drawn_room.rigs()
    coarse = type(continuous)(continuous.name, continuous.motion, continuous.settings, 1e-3)
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()], (coarse, discrete))
    root = export(config=ExportConfig(dialects=("vln_n1",)), walks=walks) / "vln_n1/v2.1"
    loose = cv2.imread(str(ExportedDataset(root).loose_path(0, "depth", "", 3)), cv2.IMREAD_UNCHANGED)
    rendered = cv2.imread(
        str(walks[0].footage.path("room_00000", "d435i.60cm_15deg", "depth", 3)), cv2.IMREAD_UNCHANGED
    )
    assert np.array_equal(loose, np.where(rendered <= 6553, rendered * 10.0, 0)) and (loose == 0).any()


def test_files_roll_over_and_chunks_fill_up(export):
    config = ExportConfig(chunk_size=2, data_file_mb=0.001, video_file_mb=0.001)
    trajectories = [drawn_room.trajectory(n, actions=[1] * 4, frames=11 + n) for n in range(3)]
    directory = export(config=config, trajectories=trajectories)
    for dialect, version in FOUR:
        root = directory / dialect / version
        assert validate(root) == []
        folders = {path.parent.name for path in (root / "data").rglob("*.parquet")}
        assert folders == {"chunk-000", "chunk-001"}, (dialect, version)
        dataset = ExportedDataset(root)
        assert dataset.columns(2)["index"][0] == sum(row["length"] for row in dataset.episodes[:2])


def test_episodes_share_v30_files(exported):
    for dialect in ("vln_n1", "vln_ce"):
        root = exported.directory / dialect / "v3.0"
        assert len(list((root / "data").rglob("*.parquet"))) == 1
        assert len(list((root / "videos").rglob("*.mp4"))) == (1 if dialect == "vln_n1" else 2)


def test_v30_video_shows_the_frames_of_the_episode(exported):
    dataset = ExportedDataset(exported.directory / "vln_n1/v3.0")
    for episode, walk in enumerate(exported.walks):
        for frame in (0, 7, len(walk.trajectory.path) - 1):
            truth = walk.footage.rgb(walk.trajectory.id, "d435i.60cm_15deg", frame).astype(int)
            shown = dataset.rgb(episode, "", frame).astype(int)
            assert np.abs(shown.mean((0, 1)) - truth.mean((0, 1))).max() < 3  # blue counts frames by 5


def test_v30_tasks_are_the_instructions(exported):
    dataset = ExportedDataset(exported.directory / "vln_n1/v3.0")
    for episode, walk in enumerate(exported.walks):
        columns = dataset.columns(episode)
        assert {dataset.tasks[task] for task in columns["task_index"]} == {walk.labels.sum_instruction}
        wordings = [walk.labels.sum_instruction, *walk.labels.variants]
        assert dataset.episodes[episode]["tasks"] == wordings
        told = dataset.table(episode, [CLIP, WORDINGS])
        assert set(told[WORDINGS].to_pylist()) == {"<INSTRUCTION_SEP>".join(wordings)}
        first, last = (told[CLIP][row].as_py() for row in (0, -1))
        assert (first, last) == tuple(clip.revised_sub_instruction for clip in walk.labels.clips)


def test_walks_are_written_before_the_next_is_asked_for(export, tmp_path):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory(n, frames=11) for n in range(3)])
    seen = []

    def one_by_one():
        for walk in walks:
            lines = tmp_path / "export/vln_n1/v2.1/meta/episodes.jsonl"
            seen.append(len(lines.read_text().splitlines()) if lines.exists() else 0)
            yield walk

    export(walks=one_by_one())
    assert seen == [0, 1, 2]


def test_the_card_tells_where_data_came_from(export):
    told = {"command": "kedro run", "versions": {"vln_pipeline": "0.1"}}
    root = export(provenance=told) / "vln_ce/v3.0"
    card = (root / "README.md").read_text()
    for text in ("CC0-1.0", "drawn by a test", "| seed | `7` |", "kedro run", '{"vln_pipeline": "0.1"}', "template 1"):
        assert text in card
    assert "| episodes | 1 |" in card and "| frames | 29 |" in card
    count = sum(path.suffix == ".mp4" for path in root.rglob("*"))
    assert f"{count // 2} file, first file-000.mp4" in card


def test_info_declares_no_loose_image_as_a_feature(exported):
    info = json.loads((exported.directory / "vln_n1/v2.1/meta/info.json").read_text())
    assert [name for name, f in info["features"].items() if f["dtype"] == "video"] == ["observation.video.rgb"]
    assert not any("image" in name for name in info["features"])


def test_no_walk_is_an_error(export):
    with pytest.raises(DataError, match=r"room: no walk was kept, .*; relax params:filtering"):
        export(walks=[])


@pytest.mark.parametrize("kind", ["rgb", "depth"])
def test_a_missing_image_is_named(export, tmp_path, kind):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()])
    walks[0].footage.path("room_00000", "d435i.60cm_15deg", kind, 2).unlink()
    with pytest.raises(DataError, match=rf"{kind}/0002.*missing.*render this item again"):
        export(walks=walks, config=ExportConfig(dialects=("vln_n1",)))


def test_an_image_of_another_size_is_named(export, tmp_path):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()])
    path = walks[0].footage.path("room_00000", "d435i.60cm_15deg", "rgb", 2)
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(DataError, match="the image is 8x8, its camera 64x36"):
        export(walks=walks)


def test_footage_of_another_walk_is_refused(export, tmp_path):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()])
    other = ExportWalk(walks[0].footage, drawn_room.trajectory(bend=0.03), walks[0].labels)
    with pytest.raises(DataError, match=r"camera d435i.60cm_15deg: 40 frames were filmed along other poses"):
        export(walks=[other])


def test_walks_filmed_by_different_cameras_do_not_mix(export, tmp_path):
    first = drawn_room.walks_of(tmp_path / "one", [drawn_room.trajectory(0)])
    second = drawn_room.walks_of(tmp_path / "two", [drawn_room.trajectory(1)], drawn_room.rigs(width=80))
    with pytest.raises(DataError, match="differs from that of the walks before it"):
        export(walks=first + second)


def test_a_continuous_rig_of_two_sizes_is_told_so(export, tmp_path):
    """It was said to differ from the walks before it, and all walks should be filmed by the same rigs, as they were."""
    rig, discrete = drawn_room.rigs()
    wide = CameraSetting("60cm_0deg", 0.6, 0.0, Intrinsics.from_fov(32, 24, 60))
    both = replace(rig, settings=(*rig.settings, wide))
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory(0)], (both, discrete))
    with pytest.raises(DataError, match=r"film 32x24 and 64x36, and vln_n1 has one size for all; .*vln_n1\.rig"):
        export(walks=walks)


def test_reading_what_is_no_export_is_an_error(tmp_path):
    with pytest.raises(DataError, match="holds no exported dataset"):
        read(tmp_path)


def test_a_camera_name_cannot_lead_out_of_the_folder(exported, tmp_path):
    root = tmp_path / "dataset"
    shutil.copytree(exported.directory / "vln_ce/v2.1", root)
    text = (root / "meta/dialect.json").read_text()
    (root / "meta/dialect.json").write_text(text.replace('".125cm_0deg"', '"/../../../elsewhere"'))
    with pytest.raises(DataError, match="is not known"):
        ExportedDataset(root)


def test_digest_counts_content_and_names_but_not_the_card(exported, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(exported.directory, copy)
    before = digest(copy)
    assert before == digest(exported.directory)
    (copy / "vln_ce/v2.1/README.md").write_text("another command")
    (copy / "seal.json").write_text("{}")
    assert digest(copy) == before
    link = tmp_path / "version"
    link.mkdir()
    (link / "vln_ce").symlink_to(copy / "vln_ce")
    (link / "vln_n1").symlink_to(copy / "vln_n1")
    assert digest(link) == before
    file = copy / "vln_ce/v2.1/meta/tasks.jsonl"
    file.rename(file.with_name("renamed.jsonl"))
    renamed = digest(copy)
    assert renamed != before
    file.with_name("renamed.jsonl").write_bytes(b"x")
    assert digest(copy) != renamed


@pytest.mark.parametrize(
    "wrong", [{"dialects": []}, {"versions": ["v2.0"]}, {"dialects": ["vln_ce", "vln_ce"]}, {"colour": 1}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValidationError):
        ExportConfig.model_validate(wrong)


def test_an_empty_obstacle_band_is_refused():
    with pytest.raises(ValidationError, match=r"obstacle_low 1\.4 m is not below obstacle_high 1\.3 m"):
        PointCloudConfig(obstacle_low=1.4)


def test_videos_beside_images_can_be_left_out(export):
    config = ExportConfig(dialects=("vln_n1",), video=VideoConfig(beside_images=False))
    plain, told = export("plain", config) / "vln_n1", export("told") / "vln_n1"
    assert validate(plain / "v2.1") == [] and not list(plain.glob("v2.1/**/*.mp4"))
    assert list(plain.glob("v3.0/**/*.mp4"))
    more, fewer = (set(ExportedDataset(root / "v2.1").info["features"]) for root in (told, plain))
    assert more - fewer == {"observation.video.rgb"} and fewer < more
    for path in told.glob("v2.1/videos/*/observation.images.*/*"):
        assert (plain / path.relative_to(told)).read_bytes() == path.read_bytes()
    shutil.copy(next(told.glob("v2.1/**/*.mp4")), plain / "v2.1/videos/chunk-000/a.mp4")
    assert validate(plain / "v2.1") == ["layout: videos/chunk-000/a.mp4 belongs to no episode"]


def test_internnav_finds_scenes_by_links(export):
    """Its root_dir took v2.1 and v3.0 for groups of scenes; now a folder leads to datasets of v2.1 alone."""
    directory = export()
    assert (directory / "navdp_data/drawn_d435i").resolve() == directory / "vln_n1/v2.1"
    assert (directory / "traj_data/r2r").resolve() == directory / "vln_ce/v2.1"
    assert [path.name for path in (directory / "navdp_data").iterdir()] == ["drawn_d435i"]
    assert len(read(directory)) == 4
    card = (directory / "vln_ce/v2.1/README.md").read_text()
    assert "vln_datasets=r2r_125cm_0_30" in card and "Images are 64 x 48 pixels" in card
    assert "navdp_data" in (directory / "vln_n1/v2.1/README.md").read_text()
