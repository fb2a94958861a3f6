import re

import numpy as np
import pytest

from vln_pipeline.labelling.first_turn import with_first_turn
from vln_pipeline.labelling.labels import Labels

LABELS = Labels("walk", (), "Go on.", (0, 9), ("Walk on.", "Carry on."))


def poses(*degrees):
    """Return poses that turn on the spot to each heading in turn, then go two steps."""
    headings = np.radians([*degrees, degrees[-1], degrees[-1]])
    places = np.column_stack([[*[0.0] * len(degrees), 0.25, 0.5], np.zeros((len(headings), 2))])
    return np.column_stack([places, headings])


@pytest.mark.parametrize(
    ("headings", "side", "size"),
    [
        ((0, 15, 30), "left", "slight|a little"),
        ((0, 15, 30, 45, 60), "left", "^((?!slight|sharp|hard|around).)*$"),
        ((-150, -165, 180, 165), "right", "slight|a little"),  # across the seam
        (tuple(range(10, 161, 15)), "left", "sharp|hard"),
        (tuple(range(0, -181, -15)), "right", "around"),
    ],
)
def test_every_wording_begins_with_the_turn(headings, side, size):
    told = with_first_turn(LABELS, poses(*headings))
    for text, before in zip((told.sum_instruction, *told.variants), ("Go on.", "Walk on.", "Carry on."), strict=True):
        first, _, rest = text.partition(". ")
        assert rest == before
        assert side in first
        assert re.search(size, first)
    assert with_first_turn(LABELS, poses(*headings)) == told


def test_of_small_turns_and_later_ones_nothing_is_said():
    assert with_first_turn(LABELS, poses(0, 15)) is LABELS
    later = np.array([(0, 0, 0, 0), (0.25, 0, 0, 0), (0.25, 0, 0, np.pi / 2), (0.25, 0.25, 0, np.pi / 2)])
    assert with_first_turn(LABELS, later) is LABELS
