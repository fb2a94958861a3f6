"""The dynamic program that aligns statements with ways: where the last one lies, and which turns are accounted for."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

_LOST = 99.0


@dataclass(frozen=True)
class Alignment:
    """What the statements so far cost, by where the last of them lies.

    A turn counts as told once, although who is told to turn around is told of both turns that a way may make of it.
    So a state is the sample t of the last statement and the sample up to which turns are accounted for, told or silent.

    Attributes:
        cost: (E, W, T) statements and silent turns that contradict a way; in layer e, turns up to sample t - 1 + e are
            accounted for. There are as many layers as are in use.
        silent: (W, T + reach + 3) number of turns that must be told before each sample.
        reach: samples before and after it up to which the statement of a wide turn tells turns.
    """

    cost: NDArray[np.float64]
    silent: NDArray[np.float64]
    reach: int

    @classmethod
    def start(cls, big: NDArray[np.bool_], reach: int) -> Self:
        """Return the state before the first statement.

        Args:
            big: (W, T) samples of turns that must be told.
            reach: see above.
        """
        cost = np.full((1, *big.shape), _LOST)
        cost[0, :, 0] = 0.0
        counted = np.cumsum(big, axis=1, dtype=np.float64)
        none, all_of_them = np.zeros((len(big), 1)), np.repeat(counted[:, -1:], reach + 2, axis=1)
        return cls(cost, np.concatenate([none, counted, all_of_them], axis=1), reach)

    def moved(self, least: int = 0, most: int | None = None) -> Self:
        """Return what a statement, other than of a turn, costs at each sample.

        Args:
            least: fewest samples after the last statement.
            most: most samples after it; None for any number.
        """
        layers, _, samples = self.cost.shape
        farthest = samples - 1 if most is None else min(most, samples - 1)
        cost, owed = np.full_like(self.cost, _LOST), self._owed()
        for back in range(least, min(farthest, layers - 2) + 1):
            _lower(cost[0], owed[: back + 1].min(axis=0), back)
            for layer in range(1, layers - back):
                _lower(cost[layer], self.cost[layer + back], back)
        cheapest, first = owed.min(axis=0), max(least, layers - 1)
        if most is None:
            _lower(cost[0], np.minimum.accumulate(cheapest, axis=1), first)
        else:
            for back in range(first, farthest + 1):
                _lower(cost[0], cheapest, back)
        cost[0] += self.silent[:, :samples]
        return replace(self, cost=cost)

    def turned(self) -> Self:
        """Return what the statement of a turn costs at each sample; it tells the turn there.

        No two statements are about one turn: it lies after the last one, or at it where that told none there.
        """
        cost = _with_layers(self.moved(1).cost, 2)  # where a wide turn told this one already
        cost[1] = np.minimum(cost[1], np.minimum(cost[0], self.cost[0]))
        cost[0] = _LOST
        return replace(self, cost=cost)

    def turned_wide(self) -> Self:
        """Return what the statement of a wide turn costs at each sample; it tells all turns within reach."""
        layers, _, samples = self.cost.shape
        owed, told = self._owed(), np.full_like(self.cost[0], _LOST)
        for more in range(layers - 1):  # turns between those accounted for and those within reach are silent
            _lower(told, owed[: more + 1].min(axis=0), self.reach + more)
        _lower(told, np.minimum.accumulate(owed.min(axis=0), axis=1), self.reach + layers - 1)
        told[:, self.reach :] += self.silent[:, : max(0, samples - self.reach)]
        for back in range(layers - 1 + self.reach):
            for layer in range(max(0, back - self.reach + 1), layers):
                if back or not layer:
                    _lower(told, self.cost[layer], back)
        cost = np.full((self.reach + 2, *told.shape), _LOST)
        cost[-1] = told
        return replace(self, cost=cost)

    def where(self, true: NDArray[np.bool_]) -> Self:
        """Return this at the (W, T) samples where it is true that a statement holds."""
        return replace(self, cost=np.where(true, self.cost, _LOST))

    def or_contradicted(self, before: Self) -> Self:
        """Return the cheaper of this, and of the state before with one contradiction more."""
        layers = max(len(self.cost), len(before.cost))
        return replace(self, cost=np.minimum(_with_layers(self.cost, layers), _with_layers(before.cost + 1, layers)))

    def least(self) -> NDArray[np.float64]:
        """Return the least cost of each way, up to where the last statement lies on it."""
        return np.asarray(self.cost.min(axis=(0, 2)))

    def ended(self) -> NDArray[np.float64]:
        """Return the least cost of each way, all its turns accounted for."""
        return np.asarray(self._owed().min(axis=(0, 2)) + self.silent[:, -1])

    def _owed(self) -> NDArray[np.float64]:
        """Return (E, W, T) the cost less the turns accounted for, so that those up to a later sample may be added."""
        layers, _, samples = self.cost.shape
        return np.stack([self.cost[layer] - self.silent[:, layer : layer + samples] for layer in range(layers)])


def _with_layers(cost: NDArray[np.float64], layers: int) -> NDArray[np.float64]:
    """Return the cost with so many layers at least."""
    more = max(0, layers - len(cost))
    return np.concatenate([cost, np.full((more, *cost.shape[1:]), _LOST)]) if more else cost


def _lower(target: NDArray[np.float64], source: NDArray[np.float64], back: int) -> None:
    """Lower the target to what the source has so many samples before."""
    kept = target.shape[1] - back
    if kept > 0:
        np.minimum(target[:, back:], source[:, :kept], out=target[:, back:])
