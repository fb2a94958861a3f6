"""The benchmark's nodes with their stores, as the catalog has them."""

import numpy as np
import pytest
from kedro.io.core import DatasetError, Version
from policy_server import serving

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.pipelines.evaluate_system1 import driving, nodes
from vln_pipeline.pipelines.evaluate_system1.drive_key import drive_key, told

FIRST, SECOND = "2026-01-01T00.00.00.000Z", "2026-01-02T00.00.00.000Z"
ARCHIVES = {
    "test_scenes": "vln_pipeline.scenes.archive",
    "test_esdf": "vln_pipeline.planning.map_archive",
    "system1_episodes": "vln_pipeline.evaluation.system1.episodes_archive",
    "system1_drives": "vln_pipeline.evaluation.system1.drives_archive",
}


def config(count=2, **changes):
    given = {
        "scenes": [{"procedural": {"count": count, "texture_size": 64}}],
        "episodes": {"point": 2, "none": 1},
        "agents": {"navdp": False, "baselines": ["straight_line", "random"]},
    }
    return EvaluateSystem1Config.model_validate(given | changes)


def store(folder, name, run=FIRST, **options):
    given = {
        "filepath": str(folder / name),
        "cache": str(folder / "cache"),
        "reader": f"{ARCHIVES[name]}.read",
        "writer": None if name == "system1_drives" else f"{ARCHIVES[name]}.write",
        "executor": "serial",
        "max_failures": 10,
        "version": Version(run, run),
    }
    return ItemStore(**(given | options))


@pytest.fixture(scope="module")
def before_driving(tmp_path_factory):
    """Return scenes, maps and episodes of two homes."""
    folder = tmp_path_factory.mktemp("worlds")
    worlds, maps, drawn = (store(folder, name) for name in list(ARCHIVES)[:3])
    worlds.save(nodes.list_test_scenes(config(), 7))
    maps.save(nodes.map_test_scenes(worlds.load(), config()))
    drawn.save(nodes.draw_scene_episodes(maps.load(), config(), 7))
    return worlds.load(), maps.load(), drawn.load()


def files(folder):
    """Return the content of every file of results; latency is none."""
    kept = (path for path in (folder / "system1_drives" / "items").rglob("*") if path.is_file())
    return {"/".join(p.parts[-2:]): p.read_bytes() for p in kept if p.name not in ("latency.parquet", "seal.json")}


def test_test_homes_are_others_than_those_of_any_other_split():
    test, tuning = (nodes.list_test_scenes(config(split=split), 7) for split in ("test", "tuning"))
    assert list(test) == ["test_home_0000", "test_home_0001"]
    assert list(tuning) == ["tuning_home_0000", "tuning_home_0001"]
    seeds = [task.args[2] for task in (test["test_home_0000"], tuning["tuning_home_0000"])]
    assert len({7, *seeds}) == 3


def test_sources_of_one_run_may_give_the_same_names():
    two = config(scenes=[{"procedural": {"count": 1}}, {"procedural": {"count": 1, "furniture_density": 0.2}}])
    tasks = nodes.list_test_scenes(two, 7)
    assert list(tasks) == ["test_home_0000", "test_home_0000_2"]
    assert tasks["test_home_0000"].args[2] != tasks["test_home_0000_2"].args[2]


def test_scenes_carry_the_name_of_their_split(before_driving):
    scenes, maps, drawn = before_driving
    assert [scene().id for scene in scenes.values()] == list(scenes) == list(maps) == list(drawn)
    assert all(episodes().scene == key for key, episodes in drawn.items())


def test_results_do_not_depend_on_who_works(before_driving, tmp_path, caplog):
    caplog.set_level("INFO", logger="vln_pipeline")
    results = []
    for executor in ("serial", "processes"):
        folder = tmp_path / executor
        tasks = driving.drive_episodes(*before_driving, {}, config(), 7)
        drives = store(folder, "system1_drives", executor=executor, workers=2)
        drives.save(tasks)
        results.append((files(folder), nodes.score_drives(drives.load())))
    (serial, table), (processes, other) = results
    assert len(table) == 2 * 2 * 2 * 3
    assert serial == processes
    assert table.equals(other)
    assert "success_1.0m" in caplog.text


def test_a_run_whose_server_failed_goes_on_with_what_is_missing(before_driving, tmp_path):
    with serving([(500, b"no memory")] * 12) as server:  # every episode is begun twice
        agents = {"navdp": False, "baselines": ["straight_line"], "servers": [{"name": "served", "url": server.url}]}
        tasks = driving.drive_episodes(*before_driving, {}, config(agents=agents, recovery=[False]), 7)
        first, second = (store(tmp_path, "system1_drives", run) for run in (FIRST, SECOND))
        first.save(tasks)
        lost = first.manifest().quarantined
        made = {p: p.stat().st_mtime_ns for p in (tmp_path / "system1_drives" / "items").rglob("*.parquet")}
        second.save(tasks)
    assert [q.key for q in lost] == [f"test_home_000{n}.served.plain" for n in range(2)]
    assert all("HTTP 500: no memory" in q.cause for q in lost)
    assert len(made) == 2 * 2
    assert len(second.load()) == 4
    assert {p: p.stat().st_mtime_ns for p in made} == made


def test_another_agent_leaves_the_drives_of_the_others(before_driving, tmp_path):
    items = tmp_path / "system1_drives" / "items"
    store(tmp_path, "system1_drives").save(driving.drive_episodes(*before_driving, {}, config(), 7))
    before = set(items.iterdir())
    more = config(resamples=500, agents={"navdp": False, "baselines": ["straight_line", "random", "stop_and_turn"]})
    store(tmp_path, "system1_drives", SECOND).save(driving.drive_episodes(*before_driving, {}, more, 7))
    assert len(set(items.iterdir()) - before) == 2 * 2
    assert before <= set(items.iterdir())


def test_an_untrained_policy_says_what_to_run(before_driving):
    with pytest.raises(DataError, match=r"no trained network; run train_system1 first.*agents.navdp to false"):
        driving.drive_episodes(*before_driving, {}, config(agents={}), 7)


def test_a_store_that_may_be_absent_is_empty(tmp_path):
    assert store(tmp_path, "system1_drives", may_be_absent=True).load() == {}
    with pytest.raises(DatasetError):
        store(tmp_path, "system1_drives").load()


@pytest.mark.parametrize("agent", ["random", "navdp.seed_0"])
def test_keys_tell_what_was_driven(agent):
    assert told(drive_key("test_home_0001", agent, True)) == ("test_home_0001", agent, True)
    assert told(drive_key("test_home_0001", agent, False)) == ("test_home_0001", agent, False)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"esdf": {"radius": 0.3}}, "radius and height of both alike"),
        ({"agents": {"baselines": ["random"], "planners": [{"name": "random", "factory": "a.b"}]}}, "share a name"),
        ({"agents": {"baselines": [], "navdp": False}}, "no agent is named"),
        ({"episodes": {"point": 0}}, "all 0"),
        ({"episodes": {"min_distance": 12.0}}, "not below max_distance"),
        ({"split": "Test homes"}, "split"),
        ({"drive": {"speed": 1}}, "speed"),
    ],
)
def test_a_wrong_parameter_is_told(changes, cause):
    with pytest.raises(ValueError, match=cause):
        config(**changes)


def test_drives_come_back_as_they_were(before_driving, tmp_path):
    here = store(tmp_path, "system1_drives")
    here.save(driving.drive_episodes(*before_driving, {}, config(), 7))
    for key, item in here.load().items():
        driven = item()
        assert (driven.scene, driven.agent, driven.recovery) == told(key)
        assert driven.latency.size
        for drive in driven.drives:
            assert len(drive.track) == len(drive.contact) + 1 == len(drive.blocked) + 1
            np.testing.assert_array_equal(drive.track[0, :3], drive.episode.start)
