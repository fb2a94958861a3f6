"""Every paper of the field asks which agent is better on the same episodes and budget; nothing here answered it."""

import json

import numpy as np
import pandas as pd
import pytest
from test_vln_pipeline import asked, room, room_map, run, store

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.durable import seal
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.compare_config import CompareConfig
from vln_pipeline.evaluation.vln.comparison import compare, reference_of
from vln_pipeline.evaluation.vln.summary import METRICS
from vln_pipeline.pipelines.compare import nodes
from vln_pipeline.pipelines.evaluate.nodes import score_drives

HOMES, EACH = 12, 8


def results(rates, seed=0):
    """Return rows of agents that succeed at these rates, their luck drawn home by home."""
    draw = np.random.default_rng(seed)
    rows = []
    for agent, rate in rates.items():
        for home in range(HOMES):
            for number in range(EACH):
                won = float(draw.random() < rate)
                row = dict.fromkeys(METRICS, 0.0) | {"SR": won, "SPL": won / 2, "NE": np.inf if home == 0 else 1.0}
                row |= {
                    "definition": "internnav/2",
                    "steps": 10,
                    "agent": agent,
                    "scene": f"home_{home:02d}",
                    "episode": f"walk_{number}",
                }
                calls = {"system2_calls": 2, "system2_seconds": 0.5, "system1_calls": 0, "system1_seconds": np.nan}
                calls |= {"streamvln_calls": 0, "streamvln_seconds": np.nan}
                rows.append(row | calls)
    return pd.DataFrame(rows)


def test_an_agent_that_is_better_is_told_from_one_that_is_as_good():
    table = results({"straight": 0.4, "same": 0.4, "dual.seed_0": 0.8, "dual.seed_1": 0.8})
    compared = {one.family: one for one in compare(table, "straight", 500, 7)}
    assert list(compared) == ["straight", "same", "dual"]
    assert compared["dual"].members == ("dual.seed_0", "dual.seed_1")
    assert compared["dual"].episodes == HOMES * EACH
    better, same = (compared[name].differences["SR"] for name in ("dual", "same"))
    assert better.p < 0.01
    assert better.estimate.low > 0.2
    assert better.estimate.mean == pytest.approx(
        compared["dual"].metrics["SR"].mean - compared["straight"].metrics["SR"].mean
    )
    assert same.p > 0.05
    assert same.estimate.low < 0 < same.estimate.high
    assert compared["straight"].differences == {}


def test_p_is_as_often_small_as_it_says_where_nothing_differs():
    small = [
        compare(results({"a": 0.5, "b": 0.5}, seed), "a", 100, 7)[1].differences["SR"].p <= 0.1 for seed in range(60)
    ]
    assert 0 < sum(small) < 16


def test_the_reference_is_the_best_that_is_not_privileged_unless_one_is_named():
    table = results({"shortest_way": 1.0, "random": 0.1, "dual.seed_0": 0.7})
    assert reference_of(table, None) == "dual"
    assert reference_of(table, "random") == "random"
    with pytest.raises(DataError, match="name one of shortest_way, random, dual"):
        reference_of(table, "cma")
    with pytest.raises(DataError, match="only privileged agents"):
        reference_of(results({"shortest_way": 1.0}), None)


def test_one_lost_robot_hides_no_mean_and_time_is_per_action():
    (one,) = compare(results({"dual": 0.5}), "dual", 100, 7)
    assert one.metrics["NE"].mean == 1.0
    assert one.seconds == pytest.approx(0.1)


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """Return drives and map of the room."""
    folder = tmp_path_factory.mktemp("compared")
    made = {"scenes": room, "esdf": room_map, "episodes": asked}
    stores = [store(folder, name) for name in made]
    for kept, make in zip(stores, made.values(), strict=True):
        kept.save({"wide_room": Task(make)})
    before = [kept.load() for kept in stores]
    agents = {"baselines": ["shortest_way", "random", "forward_only"], "trained": []}
    return run(before, folder, agents=agents), before[1]


def test_the_node_gives_a_table_and_a_page_with_a_map_per_episode(driven, caplog):
    caplog.set_level("INFO", logger="vln_pipeline")
    drives, maps = driven
    table = score_drives(drives)
    told, page = nodes.compare_agents(table, drives, maps, *[{}] * 7, CompareConfig(resamples=100, maps=1), 7)
    assert sorted(told["agent"]) == ["forward_only", "random", "shortest_way"]
    assert "tested against" in caplog.text
    assert page.count("data:image/png;base64,") == 1
    assert "<th>SR [points]</th>" in page


def test_the_cost_of_training_is_that_of_all_models_of_an_agent(tmp_path):
    stores = {}
    for name, parameters in (("system2", 100), ("joint", 20)):
        folder = tmp_path / name
        folder.mkdir()
        figures = {"parameters": parameters, "samples": 3600, "samples_per_second": 2.0, "device": "cpu"}
        (folder / "training.json").write_text(json.dumps(figures))
        seal(folder)
        stores[name] = {"seed_0": Item("seed_0", name, folder, f"vln_pipeline.training.{name}.trained.read")}
    table = results({"random": 0.1, "dual.seed_0": 0.7})
    given = (table, {}, {}, *stores.values(), *[{}] * 5)
    told, _ = nodes.compare_agents(*given, CompareConfig(resamples=100, maps=0), 7)
    told = told.set_index("agent")
    assert told.loc["dual", ["parameters", "samples", "hours"]].tolist() == [120, 7200, 1.0]
    assert told.loc["dual", "devices"] == "cpu"
    assert np.isnan(told.loc["random", "parameters"])
