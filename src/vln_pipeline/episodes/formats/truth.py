"""The ``_gt`` files of VLN-CE: actions and where they led, by episode.

``{"<episode>": {"actions": [1, 2, .., 0], "locations": [[x, y, z], ..], "forward_steps": N}}``; a location at the start
and one after each forward action, Habitat's world.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.formats.fields import points, require
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import members
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.scenes.habitat.frame import to_world

_MOTION = (Action.FORWARD, Action.LEFT, Action.RIGHT)
_LOOKS = (4, 5)
"""Look up and look down, which move nothing."""
_MOST_ACTIONS = 10_000


@dataclass(frozen=True)
class Recording:
    """What was recorded of one way.

    Attributes:
        actions: (K,) int8 forward, left and right; STOP is implied.
        locations: (F + 1, 3) float64 positions, metres, our world, or None where only actions were recorded.
        fault: why it cannot be used; empty where it can.
    """

    actions: NDArray[np.int8]
    locations: NDArray[np.float64] | None
    fault: str = ""


def read(path: Path, most: float) -> dict[str, Recording]:
    """Return what a file has of each episode; a bad entry says why it is, and spoils no other.

    Args:
        path: the file.
        most: its largest size after decompression, GiB.

    Raises:
        DataError: it is no such file.
    """
    return {name: _recording(row) for name, row in members(read_text(path, most), path.name)}


def motions(actions: Any, stops: bool) -> NDArray[np.int8]:
    """Return the motion actions of a recorded list.

    Args:
        actions: ids as in the file.
        stops: whether STOP must be written at the end; otherwise it must not be.

    Raises:
        ValueError: it is no list of known ids, or does not end as it should.
    """
    if not isinstance(actions, list) or len(actions) > _MOST_ACTIONS:
        raise ValueError("actions is no list of a plausible length")
    if not all(isinstance(action, int) and not isinstance(action, bool) for action in actions):
        raise ValueError("actions holds something that is no id")
    moving = [action for action in actions if action not in _LOOKS]
    if stops:
        if not moving or moving[-1] != Action.STOP:
            raise ValueError("actions does not end with STOP")
        moving = moving[:-1]
    unknown = set(moving) - set(_MOTION)
    if unknown:
        raise ValueError(f"actions holds {min(unknown)}, where only 1, 2 and 3 may be")
    return np.array(moving, dtype=np.int8)


def _recording(row: Mapping[str, Any]) -> Recording:
    try:
        actions = motions(require(row, "actions"), stops=True)
        locations = to_world(points(row, "locations"))
        steps = int((actions == Action.FORWARD).sum())
        if len(locations) != steps + 1:
            raise ValueError(f"{len(locations)} locations do not belong to {steps} forward actions")
        if row.get("forward_steps", steps) != steps:
            raise ValueError(f"forward_steps is {row['forward_steps']}, but {steps} forward actions are listed")
    except ValueError as error:
        return Recording(np.zeros(0, dtype=np.int8), None, f"its ground truth cannot be used: {error}")
    return Recording(actions, locations)
