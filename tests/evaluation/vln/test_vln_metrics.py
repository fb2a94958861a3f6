import math
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.evaluation.vln.dtw import dtw, without_repeats
from vln_pipeline.evaluation.vln.metrics import cls, ndtw, nearness, path_length, score, spl
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.trace import Trace

R2R = PROTOCOLS["r2r_ce"]
EAST = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [4, 0, 0]])
"""Reference of all episodes below: 4 m along x, the goal at its end, nothing in the way."""


def trace(positions, stopped=True, collided=None):
    positions = np.array([[x, y, 0.0] for x, y in positions], dtype=float)
    to_goal = np.linalg.norm(positions - EAST[-1], axis=1)
    collided = np.zeros(len(positions) - 1, bool) if collided is None else np.array(collided)
    return Trace(positions, to_goal, stopped, collided, EAST, EAST[-1], 4.0)


E1, E2 = math.exp(-1 / 3), math.exp(-2 / 3)
# Each row was worked out by hand. DTW over |R| * 3 = 15; coverage is the mean of exp(-d / 3) over five points.
TEN = {
    "the reference itself": (
        trace([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]),
        {"TL": 4, "NE": 0, "SR": 1, "OSR": 1, "SPL": 1, "nDTW": 1, "SDTW": 1, "CLS": 1, "steps": 4},
    ),
    "turning on the spot changes nothing but the steps": (
        trace([(0, 0), (0, 0), (1, 0), (2, 0), (2, 0), (3, 0), (4, 0)]),
        {"TL": 4, "NE": 0, "SR": 1, "SPL": 1, "nDTW": 1, "CLS": 1, "steps": 6},
    ),
    "no step, stopped at the start": (
        trace([(0, 0)]),
        # Every reference point is matched to the start: 0+1+2+3+4 = 10; distances of coverage 0..4.
        {
            "TL": 0, "NE": 4, "SR": 0, "OSR": 0, "SPL": 0, "nDTW": math.exp(-10 / 15), "SDTW": 0,
            "CLS": (c := (1 + E1 + E2 + math.exp(-1) + math.exp(-4 / 3)) / 5) * (4 * c) / (8 * c), "CR": 0,
        },
    ),
    "stopped 2 m short: near enough": (
        trace([(0, 0), (1, 0), (2, 0)]),
        # The last two points are matched to (2, 0): 1 + 2.
        {
            "TL": 2, "NE": 2, "SR": 1, "OSR": 1, "SPL": 1, "nDTW": math.exp(-3 / 15), "SDTW": math.exp(-3 / 15),
            "CLS": (c := (3 + E1 + E2) / 5) * 4 * c / (4 * c + abs(4 * c - 2)),
        },
    ),
    "stopped exactly 3 m away: not nearer than 3 m": (
        trace([(0, 0), (1, 0)]),
        {"NE": 3, "SR": 0, "OSR": 0, "SPL": 0, "SDTW": 0, "nDTW": math.exp(-(1 + 2 + 3) / 15)},
    ),
    "at the goal without STOP": (
        trace([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)], stopped=False),
        {"NE": 0, "SR": 0, "OSR": 1, "SPL": 0, "nDTW": 1, "SDTW": 0, "CLS": 1},
    ),
    "past the goal and too far": (
        trace([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (8, 0)]),
        # The last step is matched to the goal: 4.
        {"TL": 8, "NE": 4, "SR": 0, "OSR": 1, "nDTW": math.exp(-4 / 15), "CLS": 4 / (4 + 4)},
    ),
    "there, back and there again": (
        trace([(0, 0), (4, 0), (0, 0), (4, 0)]),
        # The start is matched to 0 and 1, there and back to 2, the end to 3 and 4: 1 + 2 + 2 + 1.
        {
            "TL": 12, "NE": 0, "SR": 1, "SPL": 4 / 12, "nDTW": math.exp(-6 / 15),
            "CLS": (c := (2 + 2 * E1 + E2) / 5) * 4 * c / (4 * c + abs(4 * c - 12)),
        },
    ),
    "one metre beside the reference, touching something twice": (
        trace([(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)], collided=[True, False, True, False]),
        {
            "TL": 4, "NE": 1, "SR": 1, "SPL": 1, "nDTW": math.exp(-5 / 15), "SDTW": math.exp(-5 / 15),
            "CLS": E1 * 4 * E1 / (4 * E1 + 4 - 4 * E1), "CR": 0.5, "collided": True,
        },
    ),
    "a detour by a right angle": (
        trace([(0, 0), (0, 3), (4, 3), (4, 0)]),
        {"TL": 10, "NE": 0, "SR": 1, "OSR": 1, "SPL": 0.4},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEN)
def test_hand_made_episodes(name):
    episode, expected = TEN[name]
    found = score(episode, R2R)
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-12)
    assert found["definition"] == "r2r_ce/2"


def test_planar_protocol_sees_through_walls_and_needs_no_stop():
    episode = trace([(0, 0), (3, 0)], stopped=False)
    walled = Trace(**{**episode.__dict__, "to_goal": np.array([40.0, 30.0])})
    assert score(walled, PROTOCOLS["vln_pe"])["SR"] == 1
    assert score(walled, PROTOCOLS["vln_pe"])["NE"] == 1
    assert score(walled, R2R)["NE"] == 30


def test_vln_pe_measures_as_its_evaluator_does():
    """vln_pe_metrics.py: paths in xy, nDTW the mean nearness, nothing for a drive that never moved, OSR after actions.

    The preset gave VLN-CE's figures under VLN-PE's name.
    """
    rule = PROTOCOLS["vln_pe"]
    climbing = trace([(0, 0), (3, 0)])
    climbing.positions[1, 2] = 4.0
    found = score(climbing, rule)
    near = (math.exp(0) + math.exp(0)) / 2
    assert (found["TL"], found["SPL"], found["nDTW"], found["SDTW"]) == (3.0, 1.0, near, near)
    beside = score(trace([(0, 1), (4, 1)]), rule)
    assert beside["nDTW"] == pytest.approx(math.exp(-1 / 18))
    still = Trace(**{**trace([(3, 0)]).__dict__, "shortest": 1.0})
    assert (score(still, rule)["SR"], score(still, rule)["SPL"]) == (1, 0)
    away = trace([(2, 0), (-2, 0)])
    assert (score(away, rule)["OSR"], score(away, R2R)["OSR"]) == (0, 1)


def test_unreachable_goal_is_a_failure_and_not_an_error():
    episode = trace([(0, 0), (1, 0)])
    lost = Trace(**{**episode.__dict__, "to_goal": np.array([np.inf, np.inf])})
    assert score(lost, R2R)["SR"] == 0
    assert score(lost, R2R)["NE"] == math.inf


def test_spl_of_an_episode_that_starts_at_its_goal():
    assert spl(True, 0.0, 0.0) == 1.0
    assert spl(True, 0.0, 2.0) == 0.0
    assert spl(False, 4.0, 4.0) == 0.0


def test_nearness_is_not_ndtw():
    back_and_forth = EAST[[0, 4, 0, 4]]
    assert nearness(back_and_forth, EAST, 3.0) == 1.0
    assert ndtw(back_and_forth, EAST, 3.0) < 0.8


def brute_force(a, b):
    @lru_cache(None)
    def cost(i, j):
        here = math.dist(a[i], b[j])
        before = [cost(*at) for at in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if min(at) >= 0]
        return here + (min(before) if before else 0.0)

    return cost(len(a) - 1, len(b) - 1)


@pytest.mark.parametrize("number", range(200))
def test_dtw_equals_brute_force(number):
    rng = np.random.default_rng(number)
    a, b = (rng.normal(size=(rng.integers(1, 25), 3)) for _ in range(2))
    assert dtw(a, b) == pytest.approx(brute_force(a.tolist(), b.tolist()), rel=1e-12)


walks = st.lists(st.tuples(*[st.floats(-20, 20)] * 3), min_size=1, max_size=12).map(lambda w: np.array(w))


@given(walks, walks)
def test_scores_lie_between_0_and_1_and_are_1_for_the_reference(walked, reference):
    for metric in (ndtw, cls, nearness):
        assert 0 <= metric(walked, reference, 3.0) <= 1
        assert metric(reference, reference, 3.0) == pytest.approx(1)


def test_repeats_are_left_out_only_where_they_follow_each_other():
    path = np.array([[0.0, 0], [0, 0], [1, 0], [0, 0]])
    assert without_repeats(path).tolist() == [[0, 0], [1, 0], [0, 0]]
    assert path_length(path) == 2
