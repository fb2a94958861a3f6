"""The turn on the spot that a discrete walk begins with, in words."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.labels import Labels
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.turn_words import side, turn_size
from vln_pipeline.seeding import generator

_MOVED = 1e-3
"""Way between two frames that counts as a step, metres."""
_WORTH_A_WORD = 30.0
"""Least turn that is told, degrees."""


def with_first_turn(labels: Labels, poses: NDArray[np.float64]) -> Labels:
    """Return labels whose instructions begin with the turn on the spot before the first step, where there is one.

    Instructions are told of the smooth form of a walk, which faces along its way from the start. Its discrete form may
    start turned away, see ``TrajectoryConfig.discrete_start``, and nothing in view need tell to which side to turn.

    Args:
        labels: of the walk.
        poses: (L, 4) of its discrete form: x, y, z in metres and heading in radians, before each action and at the end.
    """
    angle = _first_turn(poses)
    if abs(angle) < _WORTH_A_WORD:
        return labels
    draw, book = generator(0, labels.trajectory, "first turn"), load_phrasebook(labels.language)

    def told(instruction: str) -> str:
        turn = book.pick(f"first_turn_{turn_size(angle)}", draw).format(**book.sides[side(angle)])
        return f"{turn[0].upper()}{turn[1:]}. {instruction}"

    return replace(
        labels,
        sum_instruction=told(labels.sum_instruction),
        variants=tuple(told(variant) for variant in labels.variants),
    )


def _first_turn(poses: NDArray[np.float64]) -> float:
    """Return the turn before the first step, degrees, to the left positive."""
    moved = np.linalg.norm(poses[:, :2] - poses[0, :2], axis=1) > _MOVED
    before = poses[: int(moved.argmax()) if moved.any() else len(poses), 3]
    heading = np.degrees(np.unwrap(before))
    return round(float(heading[-1] - heading[0]), 3)  # so that the word for a turn does not hang on the last digits
