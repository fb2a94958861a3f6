import numpy as np
import published_folders as folders

from vln_pipeline.upstream.check import Dialect, check
from vln_pipeline.upstream.mend import mend


def found(folder):
    report = check(folder)
    assert report.dialect is Dialect.VLN_PE
    return report.findings


def only(folder):
    (finding,) = found(folder)
    return finding


def array(folder, kind, episode=0):
    return folders.image_folder(folder, f"observation.images.{kind}") / f"episode_{episode:06d}.npy"


def test_a_faultless_folder_gives_no_line(pristine):
    assert found(pristine["vln_pe"]) == ()


def test_a_folder_of_one_trajectory_has_arrays_of_other_names(copied):
    folder = copied("vln_pe")
    for path in (folders.table_path(folder, 1), array(folder, "rgb", 1), array(folder, "depth", 1)):
        path.unlink()
    for kind in ("rgb", "depth"):
        array(folder, kind).rename(array(folder, kind).with_name(f"{kind}.npy"))
    row = folders.lines(folder, "episodes.jsonl")[0]
    folders.write_lines(folder / "meta/episodes.jsonl", [row] * 3)
    folders.alter_info(folder, total_episodes=1, total_frames=folders.PE_FRAMES, splits={"train": "0:1"})
    assert found(folder) == ()


def test_lengths_are_mended(copied):
    folder = copied("vln_pe")
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"length": 2 * row["length"]})
    mend(only(folder).rewrite)
    assert found(folder) == ()


def test_quaternions_with_the_scalar_last_are_told_by_the_yaw(copied):
    folder = copied("vln_pe")
    for body in ("robot", "camera"):
        folders.alter(folder, f"observation.{body}_orientation", lambda wxyz: wxyz[:, [1, 2, 3, 0]])
    robot, camera = (finding.line() for finding in found(folder))
    assert "robot_orientation fits observation.robot_yaw as (x, y, z, w), not as (w, x, y, z) in 2 of 2" in robot
    assert "camera_orientation fits" in camera


def test_quaternions_that_are_none(copied):
    folder = copied("vln_pe")
    folders.alter(folder, "observation.robot_yaw", lambda yaw: yaw + 1.0)
    assert "fits observation.robot_yaw in no order" in only(folder).line()
    folders.alter(folder, "observation.robot_orientation", lambda wxyz: 2 * wxyz)
    assert "not of length 1 in 2 of 2 episodes (episode 0: length 2.00)" in only(folder).line()


def test_axes_of_a_camera_may_be_others(copied):
    folder = copied("vln_pe")
    folders.alter(folder, "observation.camera_yaw", lambda yaw: yaw + 1.0)
    assert found(folder) == ()


def test_depth_in_metres_and_truncated_arrays(copied):
    folder = copied("vln_pe")
    np.save(array(folder, "depth"), 10 * np.load(array(folder, "depth")))
    assert (
        "depth is not from 0 to 1 over 10 m in 1 of 2 episodes (episode 0: 3 to 3, as if in metres)"
        in only(folder).line()
    )
    path = array(folder, "depth")
    path.write_bytes(path.read_bytes()[:-100])
    assert "episode_000000.npy is truncated" in only(folder).line()
    np.save(array(folder, "depth"), np.zeros((3, 32, 32), dtype=np.float32))
    assert "shape (3, 32, 32), 9 rows" in only(folder).line()


def test_an_array_of_objects_is_never_loaded(copied):
    folder = copied("vln_pe")
    np.save(array(folder, "rgb"), np.array([{"a": 1}] * 9, dtype=object), allow_pickle=True)
    assert "no array of numbers" in only(folder).line()


def test_jumps_and_missing_columns(copied):
    folder = copied("vln_pe")
    jump = lambda places: places + 3.0 * (np.arange(len(places)) > 4)[:, None] * [1, 0, 0]  # noqa: E731
    folders.alter(folder, "observation.robot_position", jump, episodes=[0])
    assert "robot_position moves by more than 0.5 m" in only(folder).line()
    folders.alter(folder, "observation.robot_position", lambda _: None, episodes=[0])
    assert "robot_position is missing or broken in 1 of 2 episodes" in only(folder).line()
