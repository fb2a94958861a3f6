"""Ways to pixel goals out of datasets of vln_ce, whoever wrote them."""

from vln_pipeline.errors import DataError
from vln_pipeline.training.joint_data.way import GoalWay
from vln_pipeline.training.system2_data.filmed import filmed
from vln_pipeline.training.system2_data.sample_table import Row


def read_way(row: Row) -> GoalWay:
    """Return the way to the pixel goal of a sample.

    Raises:
        DataError: poses or images of the look-down camera are missing or broken.
    """
    frames, poses = filmed(row.source.folder, row.episode, row.source.recording.look_down_setting, row.name)
    first, ahead = row.moment.frame, row.moment.ahead
    if ahead < 1 or first + ahead >= len(poses):
        raise DataError(row.name, f"there are not {ahead} frames from here to its goal")
    return GoalWay(frames, first, poses[first : first + ahead + 1])
