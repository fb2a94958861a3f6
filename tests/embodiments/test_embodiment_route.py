"""Which episodes become routes."""

import numpy as np
import pytest

from vln_pipeline.embodiments.route import has_stairs, routes_of
from vln_pipeline.episodes.episode import Episode, Instruction


def episode(number, trajectory, text="Go on.", heights=(0.0, 0.0, 0.0)):
    reference = np.column_stack([np.arange(len(heights)), np.zeros(len(heights)), heights]).astype(float)
    start = np.array([0.0, 0, heights[0] if len(heights) else 0, 0])
    goal = reference[-1] if len(heights) else None
    return Episode("r2r_ce", "train", number, trajectory, "room", Instruction(text), start, goal, 3.0, reference)


def test_wordings_of_one_trajectory_are_one_route_with_all_their_words():
    told = [
        episode("1", "7", "One."),
        episode("2", "9", "Other."),
        episode("3", "7", "Two."),
        episode("4", "7", "Three."),
    ]
    routes = routes_of("room", told, "drop")
    assert [(r.id, r.instructions) for r in routes.routes] == [("7", ("One.", "Two.", "Three.")), ("9", ("Other.",))]
    assert routes.left_out == {"duplicate": 2}


@pytest.mark.parametrize(
    ("text", "heights", "drop", "drop_mentioned"),
    [
        ("Go on.", (0, 0.30, 0.6), False, False),
        ("Go on.", (0, 0.31), True, True),
        ("Climb the stairs.", (0, 0.30), True, True),
        ("Stop before the Stairs.", (0, 0.1), False, True),
        ("Go down.", (0.5, 0.1), True, True),
        ("Go on.", (0, 0.2, 0.4, 0.6), False, False),
    ],
)
def test_stairs_are_those_of_vln_pe(text, heights, drop, drop_mentioned):
    told = episode("1", "7", text, heights)
    assert [has_stairs(told, rule) for rule in ("keep", "drop", "drop_mentioned")] == [False, drop, drop_mentioned]


def test_what_is_left_out_is_counted_by_reason():
    told = [episode("1", "7", heights=()), episode("2", "8", heights=(0, 1.0)), episode("3", "9"), episode("4", "9")]
    routes = routes_of("room", told, "drop")
    assert len(routes.routes) == 1
    assert routes.left_out == {"duplicate": 1, "secret": 1, "stairs": 1}


def test_further_wordings_of_a_kept_route_are_no_surplus():
    told = [episode("1", "7", "One."), episode("2", "9"), episode("3", "7", "Two.")]
    routes = routes_of("room", told, "drop", most=1)
    assert [r.instructions for r in routes.routes] == [("One.", "Two.")]
    assert routes.left_out == {"duplicate": 1, "surplus": 1}
