"""One walk of a vln_ce dataset, as samples are taken from it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_ce import ADVICE
from vln_pipeline.training.system2_data.config import RecordingConfig

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
