"""Faults of whoever drives that cost one episode, not the scene."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vln_pipeline.errors import DataError

_ATTEMPTS = 2
"""Times that an episode is begun before it is given up."""
_IN_A_ROW = 3
"""Episodes given up one after the other with which the scene is given up: then the policy fails, not an episode."""

Driven = TypeVar("Driven")


class EpisodeFaultError(DataError):
    """A policy that failed in the middle of an episode; another episode, or the same one begun anew, may go well."""


@dataclass(frozen=True)
class LostEpisode:
    """An episode that was given up.

    Attributes:
        id: of the episode.
        cause: of the last attempt, one line.
    """

    id: str
    cause: str


class Losses:
    """The episodes of a scene that were given up.

    Args:
        episodes: groups of them that are driven side by side.

    Attributes:
        lost: in the order of the episodes.
    """

    def __init__(self, episodes: int) -> None:
        self._most = min(episodes, _IN_A_ROW)
        self.lost: list[LostEpisode] = []
        self._row = 0

    def attempt(self, ids: Sequence[str], drive: Callable[[], Driven]) -> Driven | None:
        """Return what driving some episodes side by side returns; begun anew once where the policy fails, then None.

        Args:
            ids: of the episodes.
            drive: drives them from their start.

        Raises:
            EpisodeFaultError: too many were given up one after the other.
        """
        for left in reversed(range(_ATTEMPTS)):
            try:
                driven = drive()
            except EpisodeFaultError as fault:
                if left:
                    continue
                self.lost += [LostEpisode(name, str(fault)) for name in ids]
                self._row += 1
                if self._row == self._most:
                    raise
            else:
                self._row = 0
                return driven
        return None
