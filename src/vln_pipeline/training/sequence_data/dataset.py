"""Training samples by number."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.single_system.config import Shown
from vln_pipeline.models.single_system.observation import squashed_depth, squashed_rgb
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.training.sequence_batch import SequenceSample
from vln_pipeline.training.sequence_data.walk import SequenceWalk
from vln_pipeline.training.sequence_data.walk_list import Told

_ATTEMPTS = 32
_HELD_BYTES = 2**29
"""Frames that a process keeps in memory, squashed, for the next time."""
_Squashed = tuple[NDArray[np.uint8], NDArray[np.float32]]


@dataclass(frozen=True)
class Drawn:
    """A sample as it was made.

    Attributes:
        sample: the sample.
        skipped: why others before it were dropped.
    """

    sample: SequenceSample
    skipped: tuple[str, ...]


class SequenceDataset:
    """Makes any sample from its number and the seed alone, whichever process asks for it and in whatever order.

    Where a frame of a walk cannot be read, another walk is drawn in its place.

    Args:
        walks: all of them.
        told: samples of an epoch.
        words: turns instructions into numbers.
        shown: how a network is shown what there is.
        seed: of the draws.
    """

    def __init__(
        self, walks: Sequence[SequenceWalk], told: Sequence[Told], words: Words, shown: Shown, seed: int
    ) -> None:
        self._walks, self._told, self._words, self._shown, self._seed = walks, told, words, shown, seed
        self._held: OrderedDict[int, _Squashed] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        """Return the number of samples in an epoch; numbers beyond it are those of the epochs that follow."""
        return len(self._told)

    def __getitem__(self, number: int) -> Drawn:
        """Return a sample.

        Raises:
            DataError: a large part of the samples cannot be made.
        """
        skipped: list[str] = []
        for attempt in range(_ATTEMPTS):
            random = np.random.default_rng((self._seed, number, attempt))
            place = int(random.integers(len(self))) if attempt else number % len(self)
            try:
                return Drawn(self._sample(self._told[place]), tuple(skipped))
            except DataError as error:
                skipped.append(str(error))
        cause = f"{_ATTEMPTS} walks in a row cannot be read; the last: {skipped[-1]}"
        raise DataError(f"sample {number}", cause, "look at these walks")

    def _sample(self, told: Told) -> SequenceSample:
        walk = self._walks[told.walk]
        rgb, depth = self._frames(told.walk)
        return SequenceSample(
            name=walk.name,
            numbers=tuple(self._words.numbers(walk.instructions[told.wording], self._shown.words)),
            rgb=rgb,
            depth=depth,
            actions=walk.actions,
            expert_actions=walk.expert_actions,
            progress=walk.progress,
            poses=walk.poses,
        )

    def _frames(self, number: int) -> _Squashed:
        if number in self._held:
            self._held.move_to_end(number)
            return self._held[number]
        walk, shown = self._walks[number], self._shown
        steps = range(len(walk.actions))
        found = (
            np.stack([squashed_rgb(walk.frames.rgb(step), shown.rgb) for step in steps]),
            np.stack([squashed_depth(walk.frames.depth(step), shown.depth, shown.reach) for step in steps]),
        )
        self._held[number] = found
        self._bytes += found[0].nbytes + found[1].nbytes
        while self._bytes > _HELD_BYTES:
            _, (rgb, depth) = self._held.popitem(last=False)
            self._bytes -= rgb.nbytes + depth.nbytes
        return found
