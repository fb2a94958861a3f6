import shutil

import cv2
import numpy as np
import published_folders as folders

from vln_pipeline.upstream.check import Dialect, check
from vln_pipeline.upstream.conventions import OPENCV, best_fitting
from vln_pipeline.upstream.mend import mend

LEVEL, DOWN = folders.LEVEL, folders.DOWN


def found(folder):
    report = check(folder)
    assert report.dialect is Dialect.VLN_CE
    return report.findings


def only(folder):
    (finding,) = found(folder)
    return finding


def test_a_faultless_folder_gives_no_line(pristine):
    assert found(pristine["vln_ce"]) == ()


def test_the_published_first_poses_are_opencv_ones():
    level = [[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1.25], [0, 0, 0, 1]]
    down = [[0, -0.5, 0.866, 0], [-1, 0, 0, 0], [0, -0.866, -0.5, 1.25], [0, 0, 0, 1]]
    for pose in (level, down):
        assert best_fitting(np.array([pose], dtype=float)) == OPENCV


def test_joined_instructions_are_a_note_and_empty_ones_a_fault(copied):
    folder = copied("vln_ce")
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"tasks": ["Go.<INSTRUCTION_SEP>Walk on."]})
    assert only(folder).is_note
    assert (
        "joins several instructions by <INSTRUCTION_SEP> in 2 of 2 episodes (episode 0: 2 wordings)"
        in only(folder).line()
    )
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"tasks": ["Go.<INSTRUCTION_SEP>"]})
    _, empty = found(folder)
    assert "empty instruction in 2 of 2" in empty.line() and not empty.is_note


def test_lengths_and_totals_are_mended_together(copied):
    folder = copied("vln_ce")
    folders.alter_lines(folder, "episodes.jsonl", lambda row: row | {"length": 2 * row["length"]})
    folders.alter_info(folder, total_frames=64)
    for finding in found(folder):
        mend(finding.rewrite)
    assert found(folder) == ()
    assert sorted(path.name for path in (folder / "meta").glob("*.orig")) == ["episodes.jsonl.orig", "info.json.orig"]


def test_actions_that_are_taken_next_are_told_by_the_poses(copied):
    folder = copied("vln_ce")
    folders.alter(folder, "action", lambda actions: np.r_[actions[1:], 0])
    line = only(folder).line()
    assert "action does not begin with -1 in 2 of 2 episodes (episode 0: row 0 is 1)" in line
    assert "rows have the action taken next" in line


def test_a_first_action_alone_is_told_from_a_shift(copied):
    folder = copied("vln_ce")
    folders.alter(folder, "action", lambda actions: np.r_[0, actions[1:]])
    assert "rows have the action that led to them, and row 0 should be -1" in only(folder).line()


def test_a_shift_below_a_first_row_of_minus_one_is_told(copied):
    folder = copied("vln_ce")
    folders.alter(folder, "action", lambda actions: np.r_[-1, actions[2:], 0])
    assert "action does not fit the poses in 2 of 2 episodes" in only(folder).line()


def test_unknown_actions(copied):
    folder = copied("vln_ce")
    folders.alter(folder, "action", lambda actions: np.r_[actions[:-1], 9], episodes=[1])
    assert "mean nothing there in 1 of 2 episodes (episode 1: action 9)" in only(folder).line()
    folders.alter(folder, "action", lambda actions: np.r_[actions[:-1], -1], episodes=[1])
    assert "episode 1: -1 in row 15" in only(folder).line()


def test_missing_columns_of_a_setting(copied):
    folder = copied("vln_ce")
    folders.alter(folder, f"goal.{DOWN}", lambda _: None, episodes=[1])
    lines = [finding.line() for finding in found(folder)]
    assert any(f"columns of {DOWN} are missing in 1 of 2 episodes (episode 1: goal.{DOWN})" in line for line in lines)


def test_a_setting_without_images_and_a_folder_without_settings(copied):
    folder = copied("vln_ce")
    shutil.rmtree(folders.image_folder(folder, f"observation.images.depth.{DOWN}"))
    assert only(folder).line().startswith(f"videos/chunk-*/observation.images.depth.{DOWN}: there are no images")
    for setting in (LEVEL, DOWN):
        for part in ("pose", "goal", "relative_goal_frame_id"):
            folders.alter(folder, f"{part}.{setting}", lambda _: None)
        shutil.rmtree(folders.image_folder(folder, f"observation.images.rgb.{setting}"))
    shutil.rmtree(folders.image_folder(folder, f"observation.images.depth.{LEVEL}"))
    assert "no pixel goals: InternNav's trainer cannot read it" in only(folder).line()


def test_opengl_poses_are_told(copied):
    folder = copied("vln_ce")
    folders.alter(folder, f"pose.{LEVEL}", lambda poses: poses @ np.diag([1, -1, -1, 1]))
    assert f"pose.{LEVEL} does not fit OpenCV camera axes, but OpenGL ones in 2 of 2 episodes" in only(folder).line()


def test_poses_that_do_not_start_where_the_setting_says(copied):
    folder = copied("vln_ce")
    folders.alter(folder, f"pose.{LEVEL}", lambda poses: poses - 0.65 * np.eye(4)[2][:, None] * np.eye(4)[3])
    lines = [finding.line() for finding in found(folder)]
    assert any(
        "1.25 m high and 0 degrees down in 2 of 2 episodes (episode 0: 0.60 m and 0 degrees down)" in x for x in lines
    )


def test_depth_in_tenths_of_a_millimetre_is_told_by_the_floor(copied):
    folder = copied("vln_ce")
    for path in folders.image_folder(folder, f"observation.images.depth.{DOWN}").iterdir():
        cv2.imwrite(str(path), 10 * cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    line = only(folder).line()
    assert "10 times what the floor's distance is in units of 1 mm" in line and "fit units of 0.1 mm" in line


def test_goals_row_first_are_told_by_where_they_lie(copied):
    folder = copied("vln_ce")
    folders.alter(folder, f"goal.{DOWN}", lambda goals: goals[:, ::-1])
    lines = [finding.line() for finding in found(folder)]
    assert f"goal.{DOWN} is row first" in lines[0] and len(lines) <= 2


def test_goals_outside_of_the_image(copied):
    folder = copied("vln_ce")

    def spoil(goals):
        first = np.flatnonzero(goals[:, 0] >= 0)[0]
        goals[first] = (160, 60)
        return goals

    folders.alter(folder, f"goal.{DOWN}", spoil, episodes=[1])
    assert (
        f"goal.{DOWN} lies outside of its image of 160x120 in 1 of 2 episodes (episode 1: (160, 60) in row"
        in only(folder).line()
    )


def test_goals_that_disagree_with_their_frames(copied):
    folder = copied("vln_ce")
    name = f"relative_goal_frame_id.{LEVEL}"
    folders.alter(folder, name, lambda ahead: np.r_[ahead[:-1], 4], episodes=[0])
    assert "do not agree on which rows have one in 1 of 2 episodes (episode 0: row 15)" in only(folder).line()
    folders.alter(folder, name, lambda ahead: np.where(ahead > 0, 40, ahead), episodes=[1])
    assert any("leads out of the episode in 1 of 2" in finding.line() for finding in found(folder))


def test_turns_and_steps_that_no_action_makes(copied):
    folder = copied("vln_ce")

    def stretch(poses):
        poses[:, :2, 3] *= 1.5
        return poses

    folders.alter(folder, f"pose.{LEVEL}", stretch, episodes=[1])
    line = next(finding.line() for finding in found(folder) if "moves" in finding.line())
    assert (
        f"pose.{LEVEL} moves by more than 0.26 m from a row to the next in 1 of 2 episodes (episode 1: 0.38 m" in line
    )
