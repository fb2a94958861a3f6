"""One episode of a published benchmark, whatever file it came from.

Positions are of the agent's base, metres, world frame of the scene as this project loads it: right-handed, z up. Yaw is
in radians, counter-clockwise from +x. Readers convert at the edge; nothing later knows of other frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SpokenWord:
    """When a word of a dictated instruction was said.

    Attributes:
        text: the word.
        start, end: seconds from the beginning; None where the alignment missed it.
    """

    text: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Instruction:
    """The words of an episode.

    Attributes:
        text: as the annotator wrote or said it.
        language: IETF tag such as "en-US"; "en" where a data set has no other.
        id: as the data set calls it; empty where it has none.
        words: the time of each word, where it was dictated.
    """

    text: str
    language: str = "en"
    id: str = ""
    words: tuple[SpokenWord, ...] = ()


@dataclass(frozen=True)
class GroundTruth:
    """How the annotated way is walked in discrete actions.

    Attributes:
        actions: (K,) int8 motion actions (``Action``); the final STOP is implied.
        turn: angle of a turn action, degrees.
        step: length of a forward action that nothing blocks, metres.
        poses: (K + 1, 4) float64 x, y, z, yaw before each action and, last, where STOP is called.
    """

    actions: NDArray[np.int8]
    turn: float
    step: float
    poses: NDArray[np.float64]


@dataclass(frozen=True)
class Episode:
    """One instruction, where it starts and where it leads.

    Attributes:
        dataset: name of the data set, for instance "r2r_ce".
        split: as its file is called, for instance "val_unseen".
        id: unique in its data set and split.
        trajectory: what episodes that word the same route share.
        scene: name of the scene: the stem of its file up to the first dot.
        instruction: the words.
        start: (4,) float64 x, y, z and yaw.
        goal: (3,) float64, or None in a split that keeps it secret.
        goal_radius: distance to the goal within which an episode succeeds, metres.
        reference: (R, 3) float64 the way that the instruction describes; (0, 3) where it is secret.
        geodesic: length of the shortest way as the file tells it, metres, or None.
        truth: the same in actions, or None where the data set has none.
    """

    dataset: str
    split: str
    id: str
    trajectory: str
    scene: str
    instruction: Instruction
    start: NDArray[np.float64]
    goal: NDArray[np.float64] | None
    goal_radius: float
    reference: NDArray[np.float64]
    geodesic: float | None = None
    truth: GroundTruth | None = None


@dataclass(frozen=True)
class Rejection:
    """An episode that cannot be used.

    Attributes:
        episode: its id, or its place in the file where it has none.
        reason: one clause.
    """

    episode: str
    reason: str


@dataclass(frozen=True)
class EpisodeSet:
    """What was read from the files of one split.

    Attributes:
        dataset: name of the data set.
        split: name of the split.
        kept: in the order of the file.
        rejected: the ones that are in quarantine.
        skipped: how many were not asked for, by reason.
    """

    dataset: str
    split: str
    kept: tuple[Episode, ...]
    rejected: tuple[Rejection, ...]
    skipped: dict[str, int]
