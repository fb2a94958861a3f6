"""Executes an instruction from a start, by the words alone, and compares where that leads with where it should."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.verify.agreement import agree
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.verify.holds import Holds
from vln_pipeline.labelling.verify.parse import parse
from vln_pipeline.labelling.verify.statements import Statement
from vln_pipeline.labelling.verify.verdict import Verdict
from vln_pipeline.labelling.verify.ways import Ways, natural_paths, ways_of
from vln_pipeline.labelling.verify.world import World

_RADII = (1.0, 3.0)
"""Metres from the goal that are asked about; 3 m is the success of R2R."""
_PLACE = 1.0
"""Edge of the squares that count as one place where a follower may end, metres."""


class Follower:
    """Follows instructions that begin at one place; the ways from there are found once.

    Args:
        world: the storey.
        path: (N, 3) the walk that the instructions are of, metres, world.
        yaw: heading at its start, radians.
        radius: of the body, metres.
        config: tolerances.
    """

    def __init__(
        self, world: World, path: NDArray[np.float64], yaw: float, radius: float, config: VerifyConfig
    ) -> None:
        self._world, self._goal = world, path[-1, :2]
        paths, _ = natural_paths(world, path[0, :2], radius, config)
        self._walk = ways_of(world, [path[:, :2]], yaw)
        self._walk_holds = Holds(world, self._walk, natural=False)
        self._ways = ways_of(world, paths, yaw) if paths else self._walk
        self._holds = Holds(world, self._ways, natural=True)

    def judge(self, text: str, *, complete: bool = True, language: str = "en") -> Verdict:
        """Return what an instruction is worth.

        Of all natural ways from the start, those that contradict none of the words are equally likely.

        Args:
            text: the instruction.
            complete: whether it is meant to tell every turn.
            language: that it is in.
        """
        statements = self._read(text, language)
        contradictions = self._contradictions(statements, complete=complete)
        ends, failing = self._follow(statements, complete=complete)
        gaps = np.linalg.norm(ends - self._goal, axis=1)
        near, far = (float((gaps <= radius).mean()) if len(gaps) else 0.0 for radius in _RADII)
        return Verdict(near, far, _entropy(ends), failing, contradictions)

    def gaps(self, text: str, language: str = "en") -> NDArray[np.float64]:
        """Return how far from the goal a follower of an instruction may end, each equally likely, (n,) metres."""
        ends = self._follow(self._read(text, language), complete=True)[0]
        return np.asarray(np.linalg.norm(ends - self._goal, axis=1))

    def _follow(self, statements: Sequence[Statement], *, complete: bool) -> tuple[NDArray[np.float64], str]:
        """Return where one may end, and the first statement that leads nowhere where there is no such place."""
        if not statements:
            return np.empty((0, 2)), "no statement"
        agreed = agree(statements, self._ways, self._holds, complete=complete)
        fitting = agreed.cost < 1
        failing = "" if fitting.any() else statements[min(int(agreed.reached.max()), len(statements) - 1)].text
        return _ends(self._ways)[fitting], failing

    def _read(self, text: str, language: str) -> tuple[Statement, ...]:
        return parse(text, self._world.rooms, {thing.category for thing in self._world.things}, language)

    def _contradictions(self, statements: Sequence[Statement], *, complete: bool) -> tuple[str, ...]:
        """Return the statements that the walk contradicts, each found by leaving it out."""

        def cost(told: Sequence[Statement]) -> float:
            return float(agree(told, self._walk, self._walk_holds, complete=complete).cost[0])

        left, found = list(statements), []
        total = cost(left)
        while total >= 1 and left:
            costs = [cost(left[:i] + left[i + 1 :]) for i in range(len(left))]
            best = int(np.argmin(costs))
            if costs[best] >= total:
                break
            found.append(left.pop(best).text)
            total = costs[best]
        return (*found, *(["a turn that is not told"] * round(total)))


def _ends(ways: Ways) -> NDArray[np.float64]:
    return ways.xy[np.arange(len(ways.last)), ways.last]


def _entropy(ends: NDArray[np.float64]) -> float:
    if not len(ends):
        return 0.0
    _, counts = np.unique(np.floor(ends / _PLACE), axis=0, return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0
