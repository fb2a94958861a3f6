"""Discrete actions that are shifted, unknown or do not begin with -1."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.vln_ce import NO_ACTION
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES

_MOVED = 0.05
"""Shortest step of a forward action that slid along a wall, metres."""
_KNOWN = {NO_ACTION, *map(int, Action), 4, 5}
"""Actions of InternNav; 4 and 5 look up and down."""


def first_action(dataset: UpstreamDataset, pose_columns: list[str]) -> Iterator[Finding]:
    """Rows 0 that have an action, and what the other rows then hold, as the poses tell.

    Args:
        dataset: to look at.
        pose_columns: columns of camera poses; the first that is there tells when the robot moved.
    """
    wrong, shifted, taken, told = {}, {}, 0, 0
    for episode in dataset.rows:
        actions = dataset.values(episode, "action")
        if actions is None:
            continue
        moved = _moved(dataset, episode, pose_columns)
        is_taken = moved is not None and _is_taken(actions, moved)
        if actions[0] != NO_ACTION:
            wrong[f"episode {episode}"] = f"row 0 is {actions[0]}"
            told += moved is not None
            taken += is_taken
        elif is_taken:
            shifted[f"episode {episode}"] = "the robot moves one row later"
    if wrong:
        found = f"action does not begin with {NO_ACTION} {listed(wrong, len(dataset.rows))}"
        if not told:
            means = "whether a row has the action before or after it is unknown, for there are no poses"
        elif 2 * taken > told:
            means = "by the poses, rows have the action taken next; loaders that shift them by one teach the wrong one"
        else:
            means = f"by the poses, rows have the action that led to them, and row 0 should be {NO_ACTION}"
        yield Finding(TABLES, found, means, "tables are not rewritten; shift them when reading")
    if shifted:
        found = f"action does not fit the poses {listed(shifted, len(dataset.rows))}"
        means = "rows have the action taken next; loaders that shift them by one teach the wrong one"
        yield Finding(TABLES, found, means, "tables are not rewritten; shift them when reading")


def unknown_actions(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Action numbers that no loader knows, and -1 after row 0."""
    wrong = {}
    for episode in dataset.rows:
        actions = dataset.values(episode, "action")
        if actions is None:
            continue
        odd = [int(action) for action in np.unique(actions) if action not in _KNOWN]
        late = np.flatnonzero(actions[1:] == NO_ACTION) + 1
        if odd:
            wrong[f"episode {episode}"] = f"action {odd[0]}"
        elif len(late):
            wrong[f"episode {episode}"] = f"{NO_ACTION} in row {late[0]}"
    if wrong:
        found = f"action holds numbers that mean nothing there {listed(wrong, len(dataset.rows))}"
        yield Finding(TABLES, found, "targets cannot be made of them", "training leaves the episodes out")


def _moved(dataset: UpstreamDataset, episode: int, columns: list[str]) -> NDArray[np.bool_] | None:
    """Return (N - 1,) whether the robot moved from each frame to the next, or None where nothing tells."""
    for column in columns:
        poses = dataset.poses(episode, column)
        if poses is not None and len(poses) > 2:
            moved: NDArray[np.bool_] = np.linalg.norm(np.diff(poses[:, :3, 3], axis=0), axis=1) > _MOVED
            return moved
    return None


def _is_taken(actions: NDArray[np.integer], moved: NDArray[np.bool_]) -> bool:
    """Whether rows fit the movements after them better than those before them."""
    is_forward = actions == Action.FORWARD
    return int((is_forward[:-1] == moved).sum()) > int((is_forward[1:] == moved).sum())
