import shutil

import cv2
import numpy as np
import published_folders as folders
import pytest

from vln_pipeline.upstream.check import Dialect, check
from vln_pipeline.upstream.mend import mend

DEPTH = "observation.images.depth"


def found(folder):
    """Return the faults; every folder with sound mounts has a note beside."""
    report = check(folder)
    assert report.dialect is Dialect.VLN_N1
    return tuple(finding for finding in report.findings if not finding.is_note)


def only(folder):
    (finding,) = found(folder)
    return finding


def test_a_faultless_folder_gives_only_the_note_on_its_axes(pristine):
    assert found(pristine["vln_n1"]) == ()
    (note,) = check(pristine["vln_n1"]).findings
    assert "camera_extrinsic is camera to ground, x right, y forward, in 2 of 2 episodes" in note.line()


def test_a_mount_on_a_base_with_x_forward_is_told_as_the_turn_that_it_makes_of_every_label(copied):
    """A user's folder had such mounts: NavDP's loader made labels to the right of straight walks, and losses fell."""
    folder = copied("vln_n1")
    forward = np.array([[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    folders.alter(folder, "observation.camera_extrinsic", lambda mounts: forward @ mounts, episodes=[1])
    line = only(folder).line()
    assert "camera to a base with x forward, y left in 1 of 2 episodes (episode 1)" in line
    assert "all labels are turned by 90 degrees to the right" in line


def test_doubled_lengths_are_named_and_mended(copied):
    folder = copied("vln_n1")
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"length": 2 * row["length"], "kept": "é"})
    finding = only(folder)
    assert finding.line().startswith(
        "meta/episodes.jsonl: length is twice the number of rows in 2 of 2 episodes (episode 0: length 24, 12 rows); "
    )
    assert "--mend would" in finding.line() and "mended:" in finding.line(mended=True)
    before = (folder / "meta/episodes.jsonl").read_bytes()
    assert mend(finding.rewrite).read_bytes() == before
    assert [(row["length"], row["kept"]) for row in folders.lines(folder, "episodes.jsonl")] == [(12, "é")] * 2
    assert found(folder) == ()


def test_a_length_is_not_mended_where_images_contradict_the_rows(copied):
    folder = copied("vln_n1")
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"length": 11})
    for key, end in (("observation.images.rgb", "jpg"), (DEPTH, "png")):
        (folders.image_folder(folder, key) / f"episode_000001_011.{end}").unlink()
    lengths = next(finding for finding in found(folder) if finding.file == "meta/episodes.jsonl")
    assert lengths.rewrite is None and "images of episode 1 differ" in lengths.line()


def test_totals_are_named_and_mended(copied):
    folder = copied("vln_n1")
    folders.alter_info(folder, total_frames=48, total_episodes=3, splits={"train": "0:3"}, robot_type="kept")
    finding = only(folder)
    assert "meta/info.json: total_episodes is 3, not 2, total_frames is 48, not 24, splits is" in finding.line()
    mend(finding.rewrite)
    told = folders.info(folder)
    assert (told["total_frames"], told["total_episodes"], told["splits"]) == (24, 2, {"train": "0:2"})
    assert told["robot_type"] == "kept" and found(folder) == ()


def test_totals_are_not_mended_where_a_table_is_broken(copied):
    folder = copied("vln_n1")
    folders.alter_info(folder, total_frames=48)
    folders.table_path(folder, 1).write_bytes(folders.table_path(folder, 1).read_bytes()[:-20])
    lines = [finding.line() for finding in found(folder)]
    assert any(line.startswith("data/chunk-000/episode_000001.parquet: cannot be read") for line in lines)
    assert not any(finding.rewrite for finding in found(folder))


def test_image_ranges_are_named_and_mended(copied):
    folder = copied("vln_n1")
    doubled = lambda row: row | {"image_index": {key: 2 * value for key, value in row["image_index"].items()}}  # noqa: E731
    folders.alter_lines(folder, "episodes_stats.jsonl", doubled)
    finding = only(folder)
    assert "image_index is not the range of the sorted listing in 2 of 2 episodes" in finding.line()
    mend(finding.rewrite)
    ranges = [row["image_index"] for row in folders.lines(folder, "episodes_stats.jsonl")]
    assert ranges == [{"min": 0, "max": 11}, {"min": 12, "max": 23}] and found(folder) == ()


def test_numbers_without_zeros_in_front_are_told_and_left(copied):
    folder = copied("vln_n1")
    for key in ("observation.images.rgb", DEPTH):
        for path in folders.image_folder(folder, key).iterdir():
            stem, number = path.stem.rsplit("_", 1)
            path.rename(path.with_name(f"{stem}_{int(number)}{path.suffix}"))
    finding = only(folder)
    assert "out of order in 2 of 2 episodes" in finding.line() and "episode_000000_2.jpg" in finding.line()
    assert finding.rewrite is None and "train_system1" in finding.line()


def test_depth_in_millimetres_is_told_by_the_floor(copied):
    folder = copied("vln_n1")
    for path in folders.image_folder(folder, DEPTH).iterdir():
        cv2.imwrite(str(path), (cv2.imread(str(path), cv2.IMREAD_UNCHANGED) / 10).astype(np.uint16))
    assert "0.1 times what the floor's distance is in units of 0.1 mm" in only(folder).line()
    assert "fit units of 1 mm" in only(folder).line()


def test_depth_without_readings_and_depth_of_eight_bits(copied):
    folder = copied("vln_n1")
    for path in folders.image_folder(folder, DEPTH).iterdir():
        cv2.imwrite(str(path), np.zeros(folders.N1_SIZE[::-1], dtype=np.uint16))
    assert "no reading at the bottom" in only(folder).line()
    for path in folders.image_folder(folder, DEPTH).iterdir():
        cv2.imwrite(str(path), np.zeros((*folders.N1_SIZE[::-1], 3), dtype=np.uint8))
    assert "not 16-bit of one channel in 2 of 2 episodes (episode 0: mode RGB)" in only(folder).line()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda poses: poses @ np.diag([1, -1, -1, 1]), "OpenCV ones"),
        (np.linalg.inv, "OpenGL, world to camera ones"),
        (lambda poses: np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]]) @ poses, "with y up ones"),
        (lambda poses: poses @ np.array([[0, -1, 0, 0], [0, 0, 1, 0], [-1, 0, 0, 0], [0, 0, 0, 1]]), "a body's"),
    ],
)
def test_other_camera_axes_are_told_by_the_geometry(copied, change, name):
    folder = copied("vln_n1")
    folders.alter(folder, "action", change)
    line = next(finding.line() for finding in found(folder) if "camera axes" in finding.line())
    assert "action does not fit OpenGL camera axes" in line and name in line and "2 of 2" in line


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (np.linalg.inv, "body to camera"),
        (lambda mounts: np.tile(np.eye(4), (len(mounts), 1, 1)), "no rotation"),
        (lambda mounts: mounts @ np.diag([-1, 1, -1, 1]), "not about the camera's x axis"),
        (
            lambda mounts: mounts + np.arange(len(mounts))[:, None, None] * np.eye(4)[2][:, None] * 0.01 * np.eye(4)[3],
            "changes",
        ),
        (lambda mounts: mounts + 2.5 * np.eye(4)[2][:, None] * np.eye(4)[3], "3.00 m above"),
        (lambda mounts: mounts @ _about_x(10), "a pitch of 0 degrees, action has 10"),
    ],
)
def test_a_wrong_camera_mount_is_told(copied, change, cause):
    folder = copied("vln_n1")
    folders.alter(folder, "observation.camera_extrinsic", change, episodes=[1])
    line = only(folder).line()
    assert "1 of 2 episodes (episode 1: " in line and cause in line


def _about_x(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1]])


def test_videos_of_another_rate_and_size_than_told(copied):
    folder = copied("vln_n1")
    features = folders.info(folder)["features"]
    features["observation.video.trajectory"]["shape"] = [270, 480, 3]
    folders.alter_info(folder, fps=10, features=features)
    size, rate = (finding.line() for finding in found(folder))
    assert "videos are not 480x270, as info.json says in 2 of 2 videos (episode_000000.mp4: 480x272)" in size
    assert "do not have the 10 frames a second of info.json in 2 of 2 videos (episode_000000.mp4: 30)" in rate


def test_truncated_and_missing_images(copied):
    folder = copied("vln_n1")
    images = folders.image_folder(folder)
    broken = images / "episode_000000_003.jpg"
    broken.write_bytes(broken.read_bytes()[:-30])
    assert "truncated or no images in 1 of 24 images (episode_000000_003.jpg)" in only(folder).line()
    (images / "episode_000001_005.jpg").unlink()
    lines = [finding.line() for finding in found(folder)]
    assert any(
        "images are not those of the rows in 1 of 2 episodes (episode 1: 11 images, 12 rows)" in x for x in lines
    )


def test_images_of_another_size_than_told(copied):
    folder = copied("vln_n1")
    for path in folders.image_folder(folder).glob("episode_000001_*"):
        cv2.imwrite(str(path), np.zeros((480, 640, 3), dtype=np.uint8))
    assert "images are not 480x270, as info.json says in 1 of 2 episodes (episode 1: 640x480)" in only(folder).line()


def test_poses_that_are_no_numbers(copied):
    folder = copied("vln_n1")

    def spoil(poses):
        poses[4, 0, 3] = np.nan
        return poses

    folders.alter(folder, "action", spoil, episodes=[0])
    assert (
        "action holds numbers that are not finite in 1 of 2 episodes (episode 0: 1 rows, first row 4)"
        in only(folder).line()
    )


def test_jumps_and_spins(copied):
    folder = copied("vln_n1")

    def jump(poses):
        poses[6:, 0, 3] += 1
        return poses

    folders.alter(folder, "action", jump, episodes=[1])
    assert (
        "action moves by more than 0.1 m from a row to the next in 1 of 2 episodes (episode 1: 1.0"
        in only(folder).line()
    )
    shutil.copy(folders.table_path(folder, 0), folders.table_path(folder, 1))
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]

    def spin(poses):
        poses[6:, :3, :3] = turn[:3, :3] @ poses[6:, :3, :3]
        return poses

    folders.alter(folder, "action", spin, episodes=[1])
    assert "action turns by more than 4.5 degrees" in only(folder).line()


def test_missing_columns_files_and_joined_tasks(copied):
    folder = copied("vln_n1")
    folders.alter(folder, "observation.camera_intrinsic", lambda _: None, episodes=[0])
    assert (
        "observation.camera_intrinsic is missing or broken in 1 of 2 episodes (episode 0: no such column)"
        in only(folder).line()
    )
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"tasks": ["Go.<INSTRUCTION_SEP>Walk."]})
    (folder / "meta/episodes_stats.jsonl").unlink()
    (folder / "meta/pointcloud.ply").unlink()
    lines = [finding.line() for finding in found(folder)]
    assert any("joins several instructions" in line and "split them when reading" in line for line in lines)
    assert any(line.startswith("meta/episodes_stats.jsonl: is missing") for line in lines)
    assert any(line.startswith("meta/pointcloud.ply: is missing") for line in lines)
