import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.errors import DataError
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.enumeration import moments
from vln_pipeline.training.system2_data.episode import Episode

CONFIG = System2DataConfig()


def walk(actions, ahead, size=(640, 480), goals=None):
    """Return an episode by the actions taken at its frames, the last of which is to stop."""
    count = len(actions)
    at = np.arange(count)
    found = np.column_stack([at, at + 100]) if goals is None else np.array(goals)
    return Episode(0, "house/episode_000000", ("Go.",), np.array(actions), found, np.array(ahead), size)


def told(episode, config=CONFIG):
    return [(str(m.kind), m.frame, m.moves or m.goal) for m in moments(episode, config)]


def test_turns_goals_and_the_stop_of_a_walk():
    #          0  1  2  3  4  5  6  7  8  9 10 11 12 13
    actions = [2, 2, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 1, 0]
    ahead = [-1, -1, -1, -1, 5, -1, -1, -1, -1, -1, -1, -1, -1, -1]
    assert told(walk(actions, ahead)) == [
        ("turn", 0, "←←"),
        ("pixel", 4, (4, 104)),
        ("turn", 8, "→→→→"),
        ("stop", 13, (-1, -1)),
    ]


def test_a_turn_sample_may_end_with_the_stop():
    assert told(walk([1, 1, 1, 1, 2, 3, 0], [-1] * 7)) == [("turn", 4, "←→STOP"), ("stop", 6, (-1, -1))]


def test_near_goals_and_ways_ahead_without_a_goal_make_no_sample():
    assert told(walk([1] * 9 + [0], [2, -1, -1, -1, 1, -1, -1, -1, -1, -1])) == [("stop", 9, (-1, -1))]


def test_numbers_of_the_rules_are_parameters():
    config = System2DataConfig(sample_step=2, future_steps=1, min_goal_ahead=2)
    found = told(walk([2, 2, 1, 1, 1, 0], [-1, -1, 2, -1, -1, -1]), config)
    assert found == [("turn", 0, "←"), ("pixel", 2, (2, 102)), ("stop", 5, (-1, -1))]


@pytest.mark.parametrize(
    ("episode", "said"),
    [
        (walk([1, 1, 0], [-1] * 3), "fewer than 4 frames"),
        (walk([1, 7, 1, 1, 0], [-1] * 5), "an action is none of"),
        (walk([1] * 5 + [0], [3] + [-1] * 5, goals=[(640, 0)] * 6), "outside of its image of 640 x 480"),
        (walk([1] * 5 + [0], [6] + [-1] * 5), "beyond the end of the walk"),
    ],
)
def test_walks_that_cannot_be(episode, said):
    with pytest.raises(DataError, match=said):
        list(moments(episode, CONFIG))


@given(st.data())
def test_samples_are_those_of_the_rules_read_out_one_by_one(data):
    count = data.draw(st.integers(4, 40))
    actions = [*data.draw(st.lists(st.integers(1, 3), min_size=count - 1, max_size=count - 1)), 0]
    ahead = [data.draw(st.sampled_from([-1, *range(1, count - frame)])) for frame in range(count)]
    expected = []
    for f in range(0, count, 4):
        if f == count - 1 or (ahead[f] == -1 and actions[f] == 1):
            continue
        if ahead[f] == -1:
            turns = actions[f : f + 4]
            turns = turns[: turns.index(1)] if 1 in turns else turns
            expected.append(("turn", f, "".join({0: "STOP", 2: "←", 3: "→"}[action] for action in turns)))
        elif ahead[f] >= 3:
            expected.append(("pixel", f, (f, f + 100)))
    assert told(walk(actions, ahead)) == [*expected, ("stop", count - 1, (-1, -1))]
