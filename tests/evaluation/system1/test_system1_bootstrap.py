import numpy as np
import pandas as pd
import pytest

from vln_pipeline.evaluation.system1.bootstrap import bootstrap_mean
from vln_pipeline.evaluation.system1.summary import summarise


def test_equal_values_leave_no_doubt():
    found = bootstrap_mean([np.full(3, 0.7), np.full(5, 0.7)], 200, np.random.default_rng(0))
    assert (found.mean, found.low, found.high) == pytest.approx((0.7, 0.7, 0.7))


def test_mean_is_over_all_values_whatever_the_sizes_of_the_scenes():
    assert bootstrap_mean([np.ones(1), np.zeros(3)], 200, np.random.default_rng(0)).mean == 0.25


def test_interval_of_one_scene_is_that_of_a_proportion():
    values = np.repeat([1.0, 0.0], [60, 40])
    found = bootstrap_mean([values], 4000, np.random.default_rng(1))
    half = 1.96 * np.sqrt(0.6 * 0.4 / 100)
    assert (found.low, found.high) == pytest.approx((0.6 - half, 0.6 + half), abs=0.02)


def test_scenes_that_differ_widen_the_interval():
    rng = np.random.default_rng(2)
    alike = [np.tile([0.0, 1.0], 10) for _ in range(6)]
    unlike = [np.full(20, n % 2, dtype=float) for n in range(6)]
    widths = [(e := bootstrap_mean(groups, 2000, rng)).high - e.low for groups in (alike, unlike)]
    assert widths[1] > 1.5 * widths[0]


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        found = bootstrap_mean([rng.normal(size=8) for _ in range(12)], 400, rng)
        hits += found.low <= 0 <= found.high
    assert hits / 200 >= 0.92


def table(values):
    rows = [
        {"scene": scene, "family": "navdp", "agent": f"navdp.{agent}", "recovery": False, "kind": "point",
         "episode": episode, "score": value, "explored": np.nan}
        for (scene, agent, episode), value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_members_of_a_family_are_averaged_per_episode():
    rows = table({("a", "s0", "e0"): 1.0, ("a", "s1", "e0"): 0.0, ("b", "s0", "e0"): 1.0, ("b", "s1", "e0"): 1.0})
    (score,) = summarise(rows, "family", ("score", "explored"), 200, 7)
    assert (score.agents, score.scenes, score.episodes) == (2, 2, 2)
    assert score.metrics["score"].mean == 0.75
    assert "explored" not in score.metrics
    assert [s.metrics["score"].mean for s in summarise(rows, "agent", ("score",), 200, 7)] == [1.0, 0.5]


def test_a_seed_gives_one_interval_whatever_the_order_of_the_rows():
    rng = np.random.default_rng(4)
    rows = table({(f"home_{n % 5}", "s0", f"e{n}"): float(rng.random() < 0.5) for n in range(40)})
    shuffled = rows.sample(frac=1, random_state=1)
    assert summarise(rows, "family", ("score",), 300, 7) == summarise(shuffled, "family", ("score",), 300, 7)
    assert summarise(rows, "family", ("score",), 300, 7) != summarise(rows, "family", ("score",), 300, 8)
