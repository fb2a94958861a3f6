"""One walk of a vln_ce dataset, as samples are taken from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_ce import ADVICE
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.training.system2_data.config import RecordingConfig

Kind = TypeVar("Kind", bound=np.integer)
_MOVES = {int(action) for action in (Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT)}
_ACTION, _GOAL, _AHEAD = "action", "goal", "relative_goal_frame_id"


@dataclass(frozen=True, eq=False)
class Episode:
    """A walk of L frames.

    Attributes:
        number: in its dataset.
        name: for a person: scene and episode.
        instructions: wordings of the route.
        actions: (L,) int64 the action taken at each frame; at the last one, to stop.
        goals: (L, 2) int64 column and row of the pixel goal in the look-down view; -1, -1 where there is none.
        ahead: (L,) int64 frames from here to the goal; -1 where there is none.
        size: width and height of the look-down view, pixels.
        advice: (L,) int64 what an expert would do at each frame, where somebody else drove; None for other walks.
    """

    number: int
    name: str
    instructions: tuple[str, ...]
    actions: NDArray[np.int64]
    goals: NDArray[np.int64]
    ahead: NDArray[np.int64]
    size: tuple[int, int]
    advice: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def expert_actions(self) -> NDArray[np.int64]:
        """(L,) what is to be learned at each frame: the expert's advice, or what was done where there is none."""
        return self.actions if self.advice is None else self.advice


def columns(recording: RecordingConfig, *, goals: bool) -> list[str]:
    """Return the columns that a walk is read from, with pixel goals or without."""
    told = [f"{_GOAL}.{recording.look_down_setting}", f"{_AHEAD}.{recording.look_down_setting}"]
    return [_ACTION, *told] if goals else [_ACTION]


def episode(
    number: int,
    name: str,
    wordings: Iterable[str],
    table: pa.Table,
    recording: RecordingConfig,
    size: tuple[int, int],
    *,
    goals: bool,
) -> Episode:
    """Return a walk.

    A row of the table holds the action that led to its frame; here a frame has the action that is taken at it.

    Args:
        number: in its dataset.
        name: for a person.
        wordings: of the route.
        table: with ``columns``.
        recording: which cameras count.
        size: width and height of the look-down view, pixels.
        goals: whether the table has pixel goals; there are none in the walk where it has not.

    Raises:
        DataError: a column does not hold what it should.
    """
    found = [
        integers(table, column, width, name)
        for column, width in zip(columns(recording, goals=goals), (1, 2, 1), strict=False)
    ]
    none = np.full((len(table), 2), -1, dtype=np.int64)
    led, wanted, ahead = found if goals else (*found, none, none[:, :1])
    return Episode(
        number=number,
        name=name,
        instructions=tuple(text.strip() for text in wordings),
        actions=np.r_[led[1:, 0], 0],
        goals=wanted,
        ahead=ahead[:, 0],
        size=size,
        advice=integers(table, ADVICE, 1, name)[:, 0] if ADVICE in table.column_names else None,
    )


def require_moves(episode: Episode) -> None:
    """Refuse a walk with an action, or an expert's advice, that the robot has not.

    Raises:
        DataError: there is one.
    """
    if not {*episode.actions.tolist(), *episode.expert_actions.tolist()} <= _MOVES:
        raise DataError(episode.name, "an action is none of stop 0, forward 1, left 2 and right 3")


def expert_from(actions: NDArray[Kind], expert_actions: NDArray[Kind], frame: int, limit: int) -> NDArray[Kind]:
    """Return the expert's actions from a frame on, as long as the robot is where they lead.

    Args:
        actions: (L,) what was done at each frame.
        expert_actions: (L,) what the expert would do at each frame.
        frame: the first.
        limit: how many at most.
    """
    told, done = (one[frame : frame + limit] for one in (expert_actions, actions))
    apart = np.flatnonzero(told != done)
    return told[: apart[0] + 1] if len(apart) else told


def integers(table: pa.Table, name: str, width: int, subject: str) -> NDArray[np.int64]:
    """Return (n, width) values of a column of whole numbers, in lists or bare.

    Raises:
        DataError: a row does not hold them, or there is no row.
    """
    values = table[name].combine_chunks()
    while isinstance(values, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)):
        values = values.flatten()
    whole = pa.types.is_integer(values.type) and not values.null_count
    if not len(table) or not whole or len(values) != len(table) * width:
        raise DataError(subject, f"column {name} does not hold {width} whole numbers in every row")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.int64).reshape(-1, width)
