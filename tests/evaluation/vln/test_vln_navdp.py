"""System 2's goals, driven to by System 1 as it drives alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scripted import GO, Scripted, dual
from test_vln_pipeline import before_driving, checkpoints, results_of, run  # noqa: F401
from wide_room import episode

from vln_pipeline.datasets.item import Item
from vln_pipeline.durable import seal
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig
from vln_pipeline.evaluation.vln.agents.driving_view import looks_down
from vln_pipeline.evaluation.vln.agents.entrant import entrants
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig
from vln_pipeline.evaluation.vln.agents.navdp_follower import NavdpFollower
from vln_pipeline.evaluation.vln.agents.open_agent import open_agent
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rollout import drive
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.policy import NavdpPlan, NavdpPolicy
from vln_pipeline.models.trained_cameras import CAMERAS, TrainedCameras, read_cameras
from vln_pipeline.planning.trajectory import Action

torch.set_num_threads(1)
F, L, R = Action.FORWARD, Action.LEFT, Action.RIGHT
SHAPE = NavdpConfig(
    image_size=28,
    position_grid=2,
    vit_dim=16,
    vit_depth=1,
    vit_heads=2,
    token_dim=16,
    memory_size=1,
    predict_size=16,
    queries_per_frame=4,
    former_layers=1,
    former_feedforward=32,
    decoder_depth=1,
    heads=2,
    feedforward=32,
    goals=("point", "pixel"),
)
RULES = Rules(PROTOCOLS["internnav"], scale=0.1)
DOWN = TrainedCameras.of([(1.25, 30.0, RULES.camera.intrinsics)])


def network(**changes):
    torch.manual_seed(0)
    return NavdpNetwork(SHAPE.model_copy(update=changes)).eval()


def follower(down=True, **changes):
    return NavdpFollower(network(), NavdpFollowerConfig.model_validate(changes), looks_down=down)


def going(open_room, driver, *texts, asked=None, **settings):
    world, rules = open_room()
    agent = dual(Scripted(*texts), driver, **settings)
    return drive(world, "wide_room", asked or episode(), "agent", agent, rules, 7)


@pytest.fixture
def listened(monkeypatch):
    """Return what the policy is asked; it answers with the paths given, the last one again and again."""

    class Listened:
        paths, asked = [], []

    told = Listened()

    def plan(self, rgb, depth, goal, pose=None):
        told.asked.append((rgb, depth, goal, pose, self.obstacles))
        path = told.paths.pop(0) if len(told.paths) > 1 else told.paths[0]
        whole = np.column_stack([np.array(path, dtype=float), np.zeros(len(path))])
        return NavdpPlan(whole, False, whole[None], np.zeros(1), np.zeros(1))

    monkeypatch.setattr(NavdpPolicy, "plan", plan)
    told.paths, told.asked = [], []
    return told


AHEAD = [(0.15 * n, 0.0) for n in range(1, 17)]
ABEAM = [(0.0, 1.0)] * 16
CAUTIOUS = {"avoidance": {}, "keep_path": True, "face_path": True, "stop_threshold": -7.0}


def test_the_policy_is_told_the_place_and_where_the_robot_is(open_room, listened):
    listened.paths = [AHEAD]
    driven = going(open_room, follower(policy=CAUTIOUS), *GO, "STOP")
    assert driven.actions.tolist() == [F] * 8
    (rgb, depth, goal, pose, obstacles), (*_, later, then, _) = listened.asked
    # System 2 points 2.165 m ahead; four steps later a metre less is left.
    np.testing.assert_allclose(goal.point, (2.165, 0), atol=0.06)
    np.testing.assert_allclose(later.point, (1.165, 0), atol=0.06)
    np.testing.assert_allclose(pose, 0, atol=1e-9)
    np.testing.assert_allclose(then, (1, 0, 0), atol=1e-9)
    assert goal.pixel is None
    assert obstacles is not None
    assert rgb.shape[:2] == depth.shape == (48, 64)


def test_the_policy_may_be_told_the_pixel_where_the_goal_is_now(open_room, listened):
    listened.paths = [AHEAD]
    going(open_room, follower(goal="pixel"), *GO, "STOP")
    first, second = (goal for _, _, goal, _, _ in listened.asked)
    assert first.point is None
    np.testing.assert_allclose(first.pixel, (31.5, 23.5), atol=0.6)
    # A metre nearer, the place is farther down in the view.
    assert second.pixel[1] > first.pixel[1] + 5
    assert second.pixel[0] == pytest.approx(first.pixel[0], abs=0.6)


@pytest.mark.parametrize(("down", "floor"), [(True, 1.21), (False, 2.02)])
def test_it_sees_the_view_that_it_learned_from(open_room, listened, down, floor):
    """Both views are of one place, and a network that learned from level ones must not be shown the floor."""
    listened.paths = [AHEAD]
    going(open_room, follower(down), *GO, "STOP")
    # Along the optical axis, the floor at the lower edge: 0.67 m ahead of the robot, or 2.02 m.
    assert listened.asked[0][1][-1, 32] == pytest.approx(floor, abs=0.1)


def test_a_turn_is_finished_before_anybody_is_asked_again(open_room, listened):
    """Asked after each few degrees, a network without memory wants the other way round an obstacle with every view."""
    listened.paths = [ABEAM, AHEAD]
    driven = going(open_room, follower(policy=CAUTIOUS), *GO, "STOP")
    assert driven.actions.tolist()[:6] == [L] * 6
    assert [call.step for call in driven.calls if call.model == "system1"][:2] == [0, 6]
    listened.paths = [ABEAM, AHEAD]
    driven = going(open_room, follower(), *GO, "STOP")
    assert [call.step for call in driven.calls if call.model == "system1"][:2] == [0, 4]


def test_near_its_goal_it_goes_straight(open_room, listened):
    """The policy stands still nearer than 0.5 m, so the last half metre would never be driven."""
    listened.paths = [AHEAD]
    driven = going(open_room, follower(), *GO, "STOP", goal_actions=20)
    assert 1.8 < driven.track[-1, 0] - 1 < 2.3
    assert len(listened.asked) == 2


def test_a_network_for_other_goals_is_refused():
    with pytest.raises(DataError, match="of the kind pixel, not point"):
        NavdpFollower(network(goals=("pixel",)), NavdpFollowerConfig(), looks_down=True)


def test_it_drives_by_the_view_that_is_tilted_as_its_training_was(caplog):
    level = replace(RULES, tilt=30.0)
    ask = NavdpFollowerConfig()
    assert looks_down("a", DOWN, level, ask)
    assert not looks_down("a", TrainedCameras.of([(1.25, 0.0, RULES.camera.intrinsics)]), level, ask)
    mixed = TrainedCameras.of([(1.2, pitch, RULES.camera.intrinsics) for pitch in (0.0, 30.0)])
    assert not looks_down("a", mixed, level, ask), "where both will do the level one, which shows more"
    assert not caplog.records
    assert not looks_down("published", None, level, ask)
    assert "not known which cameras" in caplog.text


def test_another_camera_than_the_networks_is_refused():
    """System 1 of conf/system1 looks from 0.5 m with 100 degrees.

    At 1.25 m and 79 degrees it takes for near what is far.
    """
    wide = TrainedCameras(height=(0.5, 0.5), pitch=(10, 10), hfov=(100, 100), vfov=(83.6, 83.6))
    with pytest.raises(DataError, match=r"height 1.25 m, learned from 0.5; .*hfov 79 degrees, learned from 100"):
        looks_down("a", wide, RULES, NavdpFollowerConfig())
    assert not looks_down("a", wide, RULES, NavdpFollowerConfig(other_camera="warn"))
    with pytest.raises(DataError, match="pitch 0 degrees, learned from 30"):
        looks_down("a", DOWN, RULES, NavdpFollowerConfig(view="level"))


def test_a_system2_that_learned_from_another_camera_says_so(tmp_path, caplog):
    """Only NavDP compared its cameras with the robot's: the agent `dual` drove 0.75 m above those that it learned from
    without a word."""
    low = TrainedCameras(height=(0.5, 0.5), pitch=(0, 30), hfov=(79, 79), vfov=(63.4, 63.4))
    low.write(tmp_path)
    (straight,) = entrants(AgentsConfig(trained=("system2_straight",), baselines=()), ["small"], [], [])
    with pytest.raises(DataError):  # there are no weights to open
        open_agent(straight, tmp_path, None, RULES, 1)
    assert "its System 2 would see through another camera: height 1.25 m, learned from 0.5" in caplog.text


def test_the_record_of_cameras_comes_back(tmp_path):
    assert read_cameras(tmp_path) is None
    DOWN.write(tmp_path)
    assert read_cameras(tmp_path) == DOWN
    assert DOWN.hfov[0] == pytest.approx(79, abs=0.1)
    (tmp_path / CAMERAS).write_text("{}")
    with pytest.raises(DataError, match="no record of cameras"):
        read_cameras(tmp_path)


def test_every_system2_goes_with_every_network():
    config = AgentsConfig(baselines=(), trained=("system2_navdp",))
    named = [(e.name, e.system2, e.system1) for e in entrants(config, ["seed_0", "seed_1"], [], ["seed_2", "seed_0"])]
    assert named[:2] == [
        ("system2_navdp.seed_0.seed_0", "seed_0", "seed_0"),
        ("system2_navdp.seed_0.seed_2", "seed_0", "seed_2"),
    ]
    assert len(named) == 4
    with pytest.raises(DataError, match="run train_system1 first"):
        entrants(config, ["seed_0"], [], [])


def driver(folder):
    checkpoint.save(network(), folder / "system1" / "best")
    DOWN.write(folder / "system1" / "best")
    seal(folder / "system1")
    return {"seed_0": Item("seed_0", "system1", folder / "system1", "vln_pipeline.training.navdp.trained.read")}


def test_trained_networks_drive_from_the_store(before_driving, tmp_path):  # noqa: F811
    planners, _ = checkpoints(tmp_path, "nextdit_async")
    navdp = {"policy": {"samples": 2, "steps": 2, "avoidance": {}, "keep_path": True}}
    agents = {"baselines": [], "trained": ["system2_navdp"], "navdp": navdp}
    drives = run(before_driving, tmp_path, planners=planners, drivers=driver(tmp_path), agents=agents)
    table = results_of(drives)
    assert set(table["agent"]) == {"system2_navdp.seed_0.seed_0"}
    assert table["system2_calls"].ge(1).all()


def test_the_network_itself_drives(open_room):
    """The same seed drives the same way, and the policy forgets what it saw in the episode before."""
    driver = follower(policy={"samples": 2, "steps": 2, **CAUTIOUS})
    first, second = (going(open_room, driver, *GO * 3, "STOP") for _ in range(2))
    np.testing.assert_array_equal(first.track, second.track)
    assert any(call.model == "system1" for call in first.calls)
    assert math.isfinite(first.to_goal[-1])
