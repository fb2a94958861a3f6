"""When the heading of a walk changes, and whether that leads into another room."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.keyframes import Span
from vln_pipeline.labelling.regions import Visit

STRADDLES = (0.2, 0.8)
"""A room entered when between these shares of a turn are done is entered by that turn; ours."""
_CURVE_STRADDLES = (0.4, 0.6)
"""The same of a curve, which is longer, so that one notices which end of it the door is at; ours."""
_FAINT = 15.0
"""A heading change outside turns below this has no middle that could be told, degrees."""


@dataclass(frozen=True)
class Bend:
    """A turn or a curve as it is told.

    Attributes:
        angle: degrees, positive to the left.
        start: frame at which it begins.
        frame: at which half of it is done; it is told there, or with the room that it leads into.
        entered: first frame of the room that it leads into; None where most of it lies before or after that.
    """

    angle: float
    start: int
    frame: int
    entered: int | None


def turns_of(clip: Span, heading: NDArray[np.float64], visits: Sequence[Visit]) -> tuple[Bend, ...]:
    """Return the turns that begin in a clip.

    Args:
        clip: the clip.
        heading: (N,) of the walk, degrees, without jumps.
        visits: the walk's rooms.
    """
    bends = []
    for turn in clip.turns:
        done = (heading[turn.start : turn.end + 1] - heading[turn.start]) / (heading[turn.end] - heading[turn.start])
        bends.append(_bend(turn.angle, turn.start, done, STRADDLES, [v.start for v in visits[1:]]))
    return tuple(bends)


def curve_of(clip: Span, change: NDArray[np.float64], visits: Sequence[Visit], taken: Sequence[int | None]) -> Bend:
    """Return what a clip's heading changes by outside turns.

    Args:
        clip: the clip.
        change: heading outside turns at each of its frames and the one after it, since its first, degrees.
        visits: the walk's rooms.
        taken: first frames of rooms that turns lead into.
    """
    drift = float(change[-1])
    if abs(drift) < _FAINT:
        return Bend(drift, clip.start, clip.start + len(change) // 2, None)
    entries = [v.start for v in visits[1:] if v.start not in taken]
    return _bend(drift, clip.start, change / drift, _CURVE_STRADDLES, entries)


def _bend(
    angle: float, start: int, done: NDArray[np.float64], straddles: tuple[float, float], entries: Sequence[int]
) -> Bend:
    """Return a bend of which the share ``done`` (frames from ``start`` on) is done."""
    share = {e: float(done[e - start]) for e in entries if 0 < e - start < len(done)}
    entered = [e for e in share if straddles[0] <= share[e] <= straddles[1]]
    nearest = min(entered, key=lambda e: abs(share[e] - 0.5), default=None)
    return Bend(angle, start, start + int(np.argmax(done >= 0.5)), nearest)
