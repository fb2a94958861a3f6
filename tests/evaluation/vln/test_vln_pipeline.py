"""The evaluation's nodes with their stores, as the catalog has them."""

import re
from pathlib import Path

import numpy as np
import pytest
from kedro.io.core import DatasetError, Version
from wide_room import episode, wide_room

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.durable import seal
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln import drives_archive, episodes_archive
from vln_pipeline.evaluation.vln.agents.agent import MODELS
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig, DualConfig
from vln_pipeline.evaluation.vln.agents.entrant import entrants
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.evaluation.vln.episode import DEFINITION, EpisodeSet
from vln_pipeline.evaluation.vln.episodes_of_walks import episodes_of_walks
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.summary import METRICS, summarise
from vln_pipeline.inspection.page import render_page
from vln_pipeline.inspection.vln_page import VlnResults, vln_page
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.pipelines.evaluate import driving, nodes
from vln_pipeline.planning.trajectory import Trajectory

FIRST, SECOND = "2026-01-01T00.00.00.000Z", "2026-01-02T00.00.00.000Z"
ARCHIVES = {
    "scenes": "vln_pipeline.scenes.archive",
    "esdf": "vln_pipeline.planning.map_archive",
    "episodes": "vln_pipeline.evaluation.vln.episodes_archive",
    "drives": "vln_pipeline.evaluation.vln.drives_archive",
}
SINGLES = ({}, {}, {})
BASELINES = {"baselines": ["shortest_way", "random"], "trained": []}


def config(**changes):
    return EvaluateConfig.model_validate({"drive": {"scale": 0.1}, "agents": BASELINES, "shown": 1} | changes)


def store(folder, name, run=FIRST):
    return ItemStore(
        filepath=str(folder / name),
        cache=str(folder / "cache"),
        reader=f"{ARCHIVES[name]}.read",
        writer=None if name == "drives" else f"{ARCHIVES[name]}.write",
        executor="serial",
        version=Version(run, run),
    )


def room(_):
    return wide_room()[0]


def room_map(_):
    return wide_room()[1]


def asked(_=None):
    ways = {"walk_00": ((1.0, 1.0), ((6.0, 1.0),)), "walk_01": ((2.0, 5.0), ((2.0, 1.5), (6.0, 1.5)))}
    episodes = tuple(episode(start, 0.0, way, name) for name, (start, way) in ways.items())
    return EpisodeSet("wide_room", DEFINITION, episodes)


@pytest.fixture(scope="module")
def before_driving(tmp_path_factory):
    """Return the room, its map and two episodes in stores."""
    folder = tmp_path_factory.mktemp("room")
    made = {"scenes": room, "esdf": room_map, "episodes": asked}
    stores = [store(folder, name) for name in made]
    for kept, make in zip(stores, made.values(), strict=True):
        kept.save({"wide_room": Task(make)})
    return [kept.load() for kept in stores]


def run(before, folder, version=FIRST, planners=None, networks=None, drivers=None, streams=None, **changes):
    drives = store(folder, "drives", version)
    trained = (planners or {}, networks or {}, drivers or {}, *SINGLES, streams or {})
    drives.save(driving.drive_episodes(*before, *trained, config(**changes), 7))
    return drives.load()


def results_of(drives):
    return nodes.score_drives(drives).drop(columns=["waited", *(f"{model}_seconds" for model in MODELS)])


def test_same_seed_same_drives(before_driving, tmp_path):
    first, second = (run(before_driving, tmp_path / name) for name in ("one", "two"))
    assert results_of(first).equals(results_of(second))
    for a, b in zip(first.values(), second.values(), strict=True):
        for name in ("drives.parquet", "drives.json", "vln_episodes.json"):
            assert (a.directory / name).read_bytes() == (b.directory / name).read_bytes()


def test_who_knows_the_way_scores_full_marks(before_driving, tmp_path):
    table = results_of(run(before_driving, tmp_path))
    oracle = table[table["agent"] == "shortest_way"]
    assert oracle["SR"].eq(1).all()
    assert oracle["SPL"].gt(0.93).all()
    assert set(table["definition"]) == {"internnav/2"}
    assert list(oracle["episode"]) == ["walk_00", "walk_01"]
    assert table[table["agent"] == "random"]["SPL"].mean() < oracle["SPL"].mean()


def test_another_agent_leaves_the_drives_of_the_others(before_driving, tmp_path):
    items = tmp_path / "drives" / "items"
    run(before_driving, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in items.iterdir()}
    more = {"baselines": ["shortest_way", "random", "forward_only"], "trained": []}
    drives = run(before_driving, tmp_path, SECOND, agents=more, resamples=500)
    assert {driving.told(key) for key in drives} == {("wide_room", name) for name in more["baselines"]}
    assert len(set(items.iterdir()) - set(before)) == 1
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_drives_come_back_as_they_were(before_driving, tmp_path):
    for key, item in run(before_driving, tmp_path).items():
        driven = item()
        assert (driven.scene, driven.agent) == driving.told(key)
        for drive in driven.drives:
            assert len(drive.track) == len(drive.to_goal) == len(drive.actions) + 1 == len(drive.collided) + 1
            np.testing.assert_array_equal(drive.track[0], drive.episode.start)
    (item.directory / "drives.parquet").write_bytes(b"no table")
    with pytest.raises(DataError, match="run evaluate again"):
        drives_archive.read(item.directory)


def test_words_of_any_script_come_back(tmp_path):
    told = episode()
    told = type(told)(told.id, 0, told.start, told.goal, told.reference, "हॉल से होकर दरवाज़े तक जाओ 直走")
    episodes_archive.write(EpisodeSet("room", DEFINITION, (told,)), tmp_path)
    read = episodes_archive.read(tmp_path).episodes[0]
    assert read.instruction == told.instruction
    np.testing.assert_array_equal(read.reference, told.reference)
    (tmp_path / "vln_episodes.json").write_text("{}")
    with pytest.raises(DataError, match="not a readable set of episodes"):
        episodes_archive.read(tmp_path)


def walk(name, end=6.0):
    poses = np.array([[1.0, 1, 0, 0.5], [(1 + end) / 2, 1, 0, 0.5], [end, 1, 0, 0.5]])
    path, clearance = poses[:, :3], np.ones(3, np.float32)
    return Trajectory(name, "room", 0, path, np.zeros(3), clearance, np.ones(2, np.int8), poses, 0.5)


def test_episodes_are_walks_in_words():
    labels = [Labels(name, (), f"Go {name}.", (0, 2), (f"Walk {name}.", "Move.")) for name in ("b", "a")]
    walks = [walk("a"), walk("b"), walk("c")]
    nav = wide_room()[1]
    made = episodes_of_walks(nav, walks, labels, PROTOCOLS["internnav"], 2, 3)
    assert [(e.id, e.instruction) for e in made.episodes] == [("b_00", "Go b."), ("a_00", "Go a."), ("b_01", "Walk b.")]
    np.testing.assert_array_equal(made.episodes[0].start, [1, 1, 0, 0.5])
    np.testing.assert_array_equal(made.episodes[0].goal, [6, 1, 0])
    assert made.episodes[0].reference.shape == (3, 3)
    with pytest.raises(DataError, match="not among the scene's walks"):
        episodes_of_walks(nav, walks, [Labels("d", (), "Go.", (0, 1))], PROTOCOLS["internnav"], 1, 9)


def test_an_episode_starts_outside_the_success_radius_by_a_metre():
    """STOP at once scored SR .08 to .23 by preset, for episodes could start within 3 m of their goals."""
    nav, rule = wide_room()[1], PROTOCOLS["internnav"]
    walks = [walk("near", 4.9), walk("far", 5.1)]
    labels = [Labels(name, (), "Go.", (0, 2)) for name in ("near", "far")]
    assert [e.id for e in episodes_of_walks(nav, walks, labels, rule, 1, 9).episodes] == ["far_00"]
    with pytest.raises(DataError, match="none of its 1 walks in words starts 4 m or more from its goal"):
        episodes_of_walks(nav, walks, labels[:1], rule, 1, 9)


def test_a_robot_that_is_lost_for_good_is_counted_and_spoils_no_mean(before_driving, tmp_path):
    """One infinite NE made the mean infinite and its interval nan; InternNav averages the finite ones."""
    table = results_of(run(before_driving, tmp_path))
    table["waited"] = table["system1_seconds"] = table["system2_seconds"] = table["streamvln_seconds"] = 0.0
    table.loc[(table["agent"] == "random") & (table["episode"] == "walk_00"), "NE"] = np.inf
    (score,) = (score for score in summarise(table, 200, 7) if score.agent == "random")
    other = table[(table["agent"] == "random") & (table["episode"] == "walk_01")]["NE"].item()
    assert (score.lost, score.metrics["NE"].mean, score.metrics["NE"].high) == (1, other, other)
    table["NE"] = np.inf
    assert np.isnan(summarise(table, 200, 7)[0].metrics["NE"].mean)


def test_floors_are_free_up_to_the_protocols_body():
    assert config().floors.height == 1.5
    assert config(drive={"protocol": "rxr_ce"}).floors.height == 0.88
    assert config(esdf={"height": 1.7}).floors.height == 1.7


def test_the_page_tells_all(before_driving, tmp_path, caplog):
    drives = run(before_driving, tmp_path)
    with caplog.at_level("INFO", logger="vln_pipeline"):
        table = nodes.score_drives(drives)
        failures = nodes.diagnose_drives(drives, before_driving[1], config())
    assert re.search(r"agent +\n", caplog.text)
    assert re.search(r"shortest_way +1\.0", caplog.text)  # its success
    by_agent = {driving.told(key): item for key, item in drives.items()}
    assert set(failures["agent"]) == {"random"}
    assert "First causes of failed episodes" in caplog.text
    results = VlnResults(table, by_agent, before_driving[0], before_driving[1], failures)
    html = render_page(vln_page(results, config(), 7))
    assert html.count("data:image/gif;base64,") == 2
    for words in ("shortest_way", "random", "nDTW", "internnav/2", "Failed episodes", "Go straight to the far wall."):
        assert words in html
    scores = summarise(table, 200, 7)
    assert [score.agent for score in scores] == ["random", "shortest_way"]
    assert all(set(score.metrics) == set(METRICS) for score in scores)
    assert scores[1].metrics["SR"].mean == 1


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"agents": {"baselines": [], "trained": []}}, "no agent is named"),
        ({"agents": {"baselines": ["random", "random"]}}, "named twice"),
        ({"drive": {"world": {"body": {"radius": 0.3}}}}, "radius follows from protocol"),
        ({"drive": {"world": {"body": {"height": 1.0}}}}, "height follows from protocol"),
        ({"drive": {"protocol": "r2r"}}, "protocol"),
        ({"esdf": {"height": 1.3}}, "less than the body of protocol internnav, 1.5 m"),
        ({"sampling": {"min_distance": 2, "max_distance": 4}}, "start 4 m from their goals at least"),
        ({"wordings": 9}, "more than labelling writes"),
        ({"split": "Test homes"}, "split"),
    ],
)
def test_a_wrong_parameter_is_told(changes, cause):
    with pytest.raises(ValueError, match=cause):
        config(**changes)


def test_every_system1_goes_with_its_system2():
    two = AgentsConfig(baselines=("random",), trained=("dual", "system2_straight"))
    named = [(e.name, e.system2, e.system1) for e in entrants(two, ["seed_0", "seed_1"], ["seed_1"], [])]
    assert named == [
        ("random", "", ""),
        ("dual.seed_1", "seed_1", "seed_1"),
        ("system2_straight.seed_0", "seed_0", ""),
        ("system2_straight.seed_1", "seed_1", ""),
    ]
    assert entrants(two, ["seed_0"], ["other"], [])[1].system2 == "seed_0"
    for planners, networks, cause in (
        ([], [], "run train_system2 first"),
        (["seed_0"], [], "run train_joint first"),
        (["seed_0", "seed_1"], ["other"], "more than one to choose from"),
    ):
        with pytest.raises(DataError, match=cause):
            entrants(two, planners, networks, [])


def test_every_streamvln_takes_part_alone():
    alone = AgentsConfig(baselines=(), trained=("streamvln",))
    (one, two) = entrants(alone, [], [], [], {"streamvln": ["stage_2_seed_0", "stage_1_seed_0"]})
    assert (one.name, one.single) == ("streamvln.stage_1_seed_0", "stage_1_seed_0")
    assert (two.name, two.system2, two.system1) == ("streamvln.stage_2_seed_0", "", "")
    with pytest.raises(DataError, match="there is no trained streamvln; run train_streamvln first"):
        entrants(alone, ["seed_0"], ["seed_0"], [])


def checkpoints(folder, kind):
    """Return handles on a small random System 2 and on a System 1 that follows its plans."""
    import torch

    from vln_pipeline.models.bridge import checkpoint
    from vln_pipeline.models.bridge.build import build
    from vln_pipeline.models.bridge.config import BridgeConfig
    from vln_pipeline.models.system2.config import DialogueConfig, System2Config, TinyConfig
    from vln_pipeline.models.system2.load import load, save

    torch.set_num_threads(1)
    shape = TinyConfig(
        width=32, layers=1, heads=2, feedforward=32, vision_width=32, vision_layers=1, vision_heads=2, vocabulary=1024
    )
    shown = DialogueConfig(history=2, view_size=56, look_down_size=(56, 56), max_length=1024)
    save(load(System2Config(tiny=shape, dialogue=shown)), folder / "system2" / "best")
    vit = {"image_size": 28, "patch_size": 14, "position_grid": 2, "width": 16, "depth": 1, "heads": 2}
    nextdit = {
        "plan_dim": 32, "dim": 16, "depth": 1, "heads": 2, "condition_dim": 32, "vit": vit, "memory_layers": 1,
        "resampler_layers": 1, "resampler_heads": 2, "resampler_queries": 4, "feedforward": 32,
        "hidden_multiple": 16, "sampling_steps": 2,
    }  # fmt: skip
    torch.manual_seed(0)
    network = build(BridgeConfig.model_validate({"system1": kind, "nextdit": nextdit}))
    checkpoint.save(network, folder / "joint" / "best")
    for name in ("system2", "joint"):
        seal(folder / name)
    return [
        {"seed_0": Item("seed_0", name, Path(folder / name), f"vln_pipeline.training.{name}.trained.read")}
        for name in ("system2", "joint")
    ]


def test_trained_networks_drive(before_driving, tmp_path):
    planners, networks = checkpoints(tmp_path, "nextdit_async")
    agents = {"baselines": [], "trained": ["dual", "system2_shortest", "system2_straight"]}
    drives = run(before_driving, tmp_path, planners=planners, networks=networks, agents=agents)
    table = results_of(drives)
    assert set(table["agent"]) == {"dual.seed_0", "system2_shortest.seed_0", "system2_straight.seed_0"}
    assert table["system2_calls"].ge(1).all()
    assert table["NE"].notna().all()


def streamvln(folder):
    """Return a handle on a small random StreamVLN."""
    import torch

    from vln_pipeline.models.streamvln.config import StreamVlnConfig, TinyConfig
    from vln_pipeline.models.streamvln.load import load, save

    torch.set_num_threads(1)
    shape = TinyConfig(
        width=32, layers=1, heads=2, feedforward=32, image_size=56, vision_width=16, vision_layers=1, vision_heads=2
    )
    save(load(StreamVlnConfig(tiny=shape)), folder / "streamvln" / "best")
    seal(folder / "streamvln")
    return {"seed_0": Item("seed_0", "streamvln", folder / "streamvln", "vln_pipeline.training.streamvln.trained.read")}


@pytest.mark.parametrize("pruning", [None, {"voxel": 0.5}])
def test_a_trained_streamvln_drives(before_driving, tmp_path, pruning):
    agents = {"baselines": [], "trained": ["streamvln"], "streamvln": {"pruning": pruning}}
    drives = run(before_driving, tmp_path, streams=streamvln(tmp_path), agents=agents)
    table = results_of(drives)
    assert set(table["agent"]) == {"streamvln.seed_0"}
    assert table["streamvln_calls"].ge(1).all()
    assert table["NE"].notna().all()


def test_a_checkpoint_of_another_system_does_not_drive(before_driving, tmp_path):
    planners, _ = checkpoints(tmp_path, "nextdit")
    agents = {"baselines": [], "trained": ["streamvln"]}
    with pytest.raises(DatasetError, match="is a Qwen2_5_VLForConditionalGeneration, not a StreamVLN"):
        run(before_driving, tmp_path, streams=planners, agents=agents)


def test_a_system1_that_does_not_look_cannot_drive_on(before_driving, tmp_path):
    planners, networks = checkpoints(tmp_path, "nextdit")
    settings = DualConfig(mode="partial_async").model_dump()
    agents = {"baselines": [], "trained": ["dual"], "dual": settings}
    with pytest.raises(DatasetError, match="does not look"):
        run(before_driving, tmp_path, planners=planners, networks=networks, agents=agents)


@pytest.mark.slow
def test_homes_become_episodes(tmp_path):
    rig = {"name": "d435i", "motion": "continuous", "camera": "d435i", "scale": 0.25, "height": 0.6, "pitches": [15]}
    made = config(
        scenes=[{"procedural": {"count": 1, "texture_size": 64}}],
        sampling={"pairs": 2, "min_distance": 4.2, "max_distance": 8.0},
        rendering={"backend": "raycast", "rigs": [rig], "compared_views": 0},
    )
    archives = {
        **ARCHIVES,
        "pairs": "vln_pipeline.planning.pairs_archive",
        "trajectories": "vln_pipeline.planning.trajectory_archive",
        "labels": "vln_pipeline.labelling.archive",
    }

    def keep(name, tasks):
        reader = "vln_pipeline.rendering.footage.Footage" if name == "footage" else f"{archives[name]}.read"
        kept = ItemStore(
            filepath=str(tmp_path / name),
            cache=str(tmp_path / "cache"),
            reader=reader,
            writer=None if name == "footage" else f"{archives[name]}.write",
            executor="serial",
            version=Version(FIRST, FIRST),
        )
        kept.save(tasks)
        return kept.load()

    scenes = keep("scenes", nodes.list_homes(made, 7))
    maps = keep("esdf", nodes.map_homes(scenes, made))
    pairs = keep("pairs", nodes.sample_homes(maps, made, 7))
    walks = keep("trajectories", nodes.plan_homes(maps, pairs, made, 7))
    footage = keep("footage", nodes.film_homes(scenes, walks, made, 7))
    labels = keep("labels", nodes.label_homes(scenes, maps, walks, footage, made, 7))
    episodes = keep("episodes", nodes.make_episodes(maps, walks, labels, made))
    assert list(episodes) == ["test_home_0000"]
    assert all(len(one.instruction.split()) > 3 for one in episodes["test_home_0000"]().episodes)
    table = results_of(run([scenes, maps, episodes], tmp_path))
    assert table[table["agent"] == "shortest_way"]["SR"].eq(1).all()
