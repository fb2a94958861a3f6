import numpy as np
import pytest
from walled_rooms import point_episode, set_of

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Plan
from vln_pipeline.evaluation.system1 import metrics
from vln_pipeline.evaluation.system1.agents.config import PlannerConfig
from vln_pipeline.evaluation.system1.agents.entrant import Entrant
from vln_pipeline.evaluation.system1.agents.open_team import open_team
from vln_pipeline.evaluation.system1.agents.single_path import single_path
from vln_pipeline.evaluation.system1.agents.team import Soloists
from vln_pipeline.evaluation.system1.draw_episodes import draw_episodes
from vln_pipeline.evaluation.system1.drive import Ending
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.episode import Episode
from vln_pipeline.evaluation.system1.episodes_config import EpisodesConfig
from vln_pipeline.evaluation.system1.rollout import drive_scene
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.policy_config import PolicyConfig

CONFIG = DriveConfig()
TINY = NavdpConfig(
    image_size=28,
    position_grid=2,
    vit_dim=32,
    vit_depth=1,
    vit_heads=2,
    token_dim=32,
    memory_size=2,
    predict_size=4,
    queries_per_frame=2,
    former_layers=1,
    former_feedforward=32,
    decoder_depth=1,
    heads=2,
    feedforward=32,
    goals=("point",),
)


def drive(truth, episodes, name, *, recovers=False, config=CONFIG, seed=7):
    team = open_team(Entrant(name, name), None, 1)
    return drive_scene(truth, episodes, name, team, config, recovers=recovers, seed=seed)


def drive_with(truth, episode, planner, *, recovers=False, config=CONFIG, **senses):
    team = Soloists(lambda: planner, kinds=frozenset(GoalKind), **senses)
    return drive_scene(truth, set_of(truth.nav, episode), "own", team, config, recovers=recovers, seed=7).drives[0]


def into_the_u(truth):
    """From left of the U to right of it: the straight line leads into it."""
    return point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0))


class Fixed:
    """A planner that always answers the same, and keeps what it was shown."""

    def __init__(self, path, stop=False, face=False):
        self.answer = Plan(np.array(path, dtype=float), stop, np.zeros((0, 0, 2)), np.zeros(0), face)
        self.seen = []

    def reset(self, camera, seed):
        self.seen.clear()

    def plan(self, observation, goal):
        self.seen.append((observation, goal))
        return self.answer


def test_the_map_is_an_upper_bound(open_room):
    truth = open_room("u_room")
    config = EpisodesConfig(point=12, image=2, pixel=2, max_distance=8.0)
    episodes = draw_episodes(truth.nav, config, CONFIG.eye.setting().intrinsics, 7)
    drives = drive(truth, episodes, "shortest_path").drives
    assert len(drives) == 16
    assert all(d.ending is Ending.ARRIVED for d in drives)
    assert not any(d.contact.any() for d in drives)
    assert np.mean([metrics.spl(d, 1.0) for d in drives]) > 0.98


def test_a_straight_line_ends_in_the_u(open_room):
    truth = open_room("u_room")
    (driven,) = drive(truth, set_of(truth.nav, into_the_u(truth)), "straight_line").drives
    assert driven.ending is Ending.STUCK
    assert metrics.collided(driven) == 1
    assert driven.track[-1, 0] == pytest.approx(5.3 - 0.2, abs=0.06)
    assert driven.blocked.sum() > 50


def test_a_straight_line_arrives_where_nothing_is_in_the_way(open_room):
    truth = open_room("empty_room")
    episode = point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0))
    (driven,) = drive(truth, set_of(truth.nav, episode), "straight_line").drives
    assert driven.ending is Ending.ARRIVED
    assert driven.remaining == pytest.approx(1.0, abs=0.08)
    assert metrics.path_length(driven) == pytest.approx(5.0, abs=0.1)
    assert metrics.spl(driven, 1.0) == 1
    assert metrics.duration(driven) == pytest.approx(5.0 / 0.5, abs=0.5)


def test_navdps_rules_measure_straight_and_want_a_robot_that_is_slow(open_room):
    truth = open_room("u_room")
    behind_the_wall = set_of(truth.nav, point_episode(truth.nav, (1.0, 3.0), 0.0, (5.9, 3.0)))
    straight = CONFIG.model_copy(update={"arrival_distance": "straight"})
    (driven,) = drive(truth, behind_the_wall, "straight_line", config=straight).drives
    assert driven.ending is Ending.ARRIVED
    assert (metrics.success(driven, 1.5), metrics.success_straight(driven, 1.5)) == (0, 1)
    truth = open_room("empty_room")
    ahead = set_of(truth.nav, point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0)))
    slow = straight.model_copy(update={"arrival_speed": 0.49})
    fast, at_rest = (drive(truth, ahead, "straight_line", config=told).drives[0] for told in (straight, slow))
    assert fast.remaining == pytest.approx(1.0, abs=0.08)
    assert at_rest.remaining < 0.1


def test_stopping_and_turning_never_touches(open_room):
    truth = open_room("u_room")
    episodes = draw_episodes(
        truth.nav, EpisodesConfig(point=8, none=2, max_distance=8.0), CONFIG.eye.setting().intrinsics, 7
    )
    driven = drive(truth, episodes, "stop_and_turn")
    assert len(driven.drives) == 10
    assert not any(d.contact.any() for d in driven.drives)
    assert sum(d.ending is Ending.ARRIVED for d in driven.drives) >= 2


def test_a_seed_gives_one_drive_in_whatever_company(open_room):
    truth = open_room("u_room")
    episodes = draw_episodes(
        truth.nav, EpisodesConfig(point=3, max_distance=8.0), CONFIG.eye.setting().intrinsics, 7
    ).episodes
    together = drive(truth, set_of(truth.nav, *episodes), "random", recovers=True).drives
    alone = [drive(truth, set_of(truth.nav, e), "random", recovers=True).drives[0] for e in reversed(episodes)][::-1]
    assert all(np.array_equal(a.track, b.track) for a, b in zip(together, alone, strict=True))
    other = drive(truth, set_of(truth.nav, *episodes), "random", recovers=True, seed=8).drives
    assert not any(np.array_equal(a.track, b.track) for a, b in zip(together, other, strict=True))


def test_recovery_backs_off_and_turns(open_room):
    truth = open_room("u_room")
    driven = drive_with(truth, into_the_u(truth), Fixed([(1.0, 0.0)]), recovers=True)
    first = int(np.flatnonzero(driven.contact)[0])
    at_wall = driven.track[first + 1]
    steps = 4 + 7  # 0.15 m at 0.25 m/s and 30 degrees at 0.5 rad/s, in periods of 0.15 s
    after = driven.track[first + 1 + steps]
    np.testing.assert_allclose(np.linalg.norm(after[:2] - at_wall[:2]), 0.15, atol=1e-9)
    assert abs(after[3] - at_wall[3]) == pytest.approx(np.radians(30))
    assert metrics.blocked_steps(driven) < 20


def test_without_recovery_the_same_robot_stays_at_the_wall(open_room):
    truth = open_room("u_room")
    driven = drive_with(truth, into_the_u(truth), Fixed([(1.0, 0.0)]))
    assert driven.ending is Ending.STUCK
    assert metrics.contacts(driven) == 1


def test_a_planner_may_stop(open_room):
    truth = open_room("empty_room")
    driven = drive_with(truth, point_episode(truth.nav, (1, 3), 0.0, (7, 3)), Fixed([(1.0, 0.0)], stop=True))
    assert (driven.ending, len(driven.contact)) == (Ending.STOPPED, 0)
    assert metrics.success(driven, 1.5) == 0


def test_a_planner_that_wants_the_robot_to_face_its_path_is_asked_again_when_it_does(open_room):
    truth = open_room("empty_room")
    planner = Fixed([(0.0, 1.0)], face=True)
    drive_with(truth, point_episode(truth.nav, (4, 3), 0.0, (7, 3)), planner, config=DriveConfig(time_limit=4.5))
    first, second = (observation.pose[2] for observation, _ in planner.seen[:2])
    assert first == 0
    assert np.radians(70) < second < np.radians(90)


def test_time_ends_an_episode(open_room):
    truth = open_room("empty_room")
    config = DriveConfig(time_limit=3.0)
    driven = drive_with(truth, point_episode(truth.nav, (1, 3), 0.0, (7, 3)), Fixed([(0.0, 1.0)]), config=config)
    assert driven.ending is Ending.TIME
    assert metrics.duration(driven) == pytest.approx(3.0)


def test_an_explorer_ends_at_its_first_touch_unless_it_recovers(open_room):
    truth = open_room("empty_room")
    episode = Episode("none_00", GoalKind.NONE, 0, np.array([6.0, 3.0, 0.0]), 0.0, None)
    plain, recovering = (drive_with(truth, episode, Fixed([(2.0, 0.0)]), recovers=r) for r in (False, True))
    assert plain.ending is Ending.TOUCHED
    assert plain.contact.sum() == 1
    assert recovering.ending is not Ending.TOUCHED
    assert 5 < plain.explored < recovering.explored < 8 * 6.1
    assert np.isnan(plain.remaining)


def test_a_goal_point_is_told_in_the_body_frame(open_room):
    truth = open_room("empty_room")
    planner = Fixed([(0.0, 1.0)])
    drive_with(truth, point_episode(truth.nav, (4, 3), np.pi / 2, (7, 3)), planner, config=DriveConfig(time_limit=3.0))
    observation, goal = planner.seen[0]
    np.testing.assert_allclose(goal.point, (0.0, -3.0), atol=1e-9)
    np.testing.assert_allclose(observation.pose, 0.0)
    assert observation.depth.size == observation.rgb.size == 0
    observation, goal = planner.seen[1]  # turned left on the spot for four steps
    assert observation.pose[2] == pytest.approx(0.3)
    np.testing.assert_allclose(goal.point, 3 * np.array([-np.sin(0.3), -np.cos(0.3)]), atol=1e-9)


def test_a_goal_pixel_is_where_the_camera_sees_the_goal(open_room):
    truth = open_room("empty_room")
    camera = CONFIG.eye.setting()
    ahead, behind = Fixed([(0.0, 1.0)]), Fixed([(0.0, 1.0)])
    for planner, goal in ((ahead, (6.0, 3.0)), (behind, (1.0, 3.0))):
        episode = point_episode(truth.nav, (3, 3), 0.0, goal, kind=GoalKind.PIXEL)
        drive_with(truth, episode, planner, config=DriveConfig(time_limit=0.5), depth=True)
    observation, goal = ahead.seen[0]
    column, row = goal.pixel
    tilt = np.radians(camera.pitch)
    below = np.arctan2(camera.height, 3.0) - tilt
    assert column == pytest.approx(camera.intrinsics.cx)
    assert row == pytest.approx(camera.intrinsics.cy + camera.intrinsics.fy * np.tan(below))
    seen = observation.depth[round(row), round(column)]
    assert seen == pytest.approx(np.hypot(3.0, camera.height) * np.cos(below), rel=0.03)
    assert np.isnan(behind.seen[0][1].pixel).all()


def test_a_goal_image_is_the_view_from_the_goal(open_room):
    truth = open_room("u_room")
    planner = Fixed([(0.0, 1.0)])
    episode = point_episode(truth.nav, (1, 3), 1.0, (7, 3), kind=GoalKind.IMAGE)
    drive_with(truth, episode, planner, config=DriveConfig(time_limit=0.5), rgb=True)
    goal: Goal = planner.seen[0][1]
    expected = truth.world.render(np.array([7.0, 3.0, 0.0, 1.0]), CONFIG.eye.setting(), rgb=True).rgb
    np.testing.assert_array_equal(goal.image, expected)
    assert planner.seen[0][0].rgb.shape == (72, 96, 3)


@pytest.mark.parametrize("path", [[(np.nan, 0.0)], [(1.0, 2.0, 3.0)], [1.0, 2.0]])
def test_what_is_no_path_is_refused(open_room, path):
    truth = open_room("empty_room")
    with pytest.raises(DataError, match=r"agent own: it planned an array .* a path is \(K, 2\)"):
        drive_with(truth, point_episode(truth.nav, (1, 3), 0.0, (7, 3)), Fixed(path))


def test_a_python_class_drives_by_its_dotted_name(open_room):
    truth = open_room("empty_room")
    settings = PlannerConfig(name="mine", factory="own_planner.Ahead", options={"distance": 2.0}, kinds=("point",))
    episode = point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0))
    team = open_team(Entrant("mine", settings), None, 1)
    driven = drive_scene(truth, set_of(truth.nav, episode), "mine", team, CONFIG, recovers=False, seed=7)
    team.close()
    assert driven.drives[0].ending is Ending.ARRIVED


@pytest.mark.parametrize(
    ("factory", "options", "cause"),
    [
        ("own_planner.Nowhere", {}, "Nowhere"),
        ("no_such_module.Ahead", {}, "no_such_module"),
        ("own_planner.Ahead", {"speed": 1}, "speed"),
        ("own_planner.NoPlanner", {}, "without reset and plan"),
    ],
)
def test_a_class_that_cannot_drive_is_named(open_room, factory, options, cause):
    truth = open_room("empty_room")
    settings = PlannerConfig(name="mine", factory=factory, options=options)
    team = open_team(Entrant("mine", settings), None, 1)
    episode = point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0))
    with pytest.raises(DataError, match=f"planner mine: .*{cause}"):
        drive_scene(truth, set_of(truth.nav, episode), "mine", team, CONFIG, recovers=False, seed=7)


def test_a_network_drives_to_the_goals_it_was_made_for(open_room, tmp_path):
    torch = pytest.importorskip("torch")
    from vln_pipeline.models.navdp import checkpoint
    from vln_pipeline.models.navdp.network import NavdpNetwork

    torch.manual_seed(0)
    checkpoint.save(NavdpNetwork(TINY), tmp_path / "best")
    truth = open_room("u_room")
    episodes = set_of(
        truth.nav,
        into_the_u(truth),
        point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0), name="image_00", kind=GoalKind.IMAGE),
        Episode("none_00", GoalKind.NONE, 0, np.array([1.0, 3.0, 0.0]), 0.0, None),
    )
    config = DriveConfig(time_limit=2.0)
    drives = []
    for _ in range(2):
        team = open_team(Entrant("navdp.seed_0", PolicyConfig(samples=2), "seed_0"), tmp_path / "best", 1)
        drives.append(drive_scene(truth, episodes, "navdp.seed_0", team, config, recovers=False, seed=7).drives)
    assert [d.episode.id for d in drives[0]] == ["point_00", "none_00"]
    assert all(np.array_equal(a.track, b.track) for a, b in zip(*drives, strict=True))


def test_a_single_point_is_a_path():
    assert single_path(np.array([1.0, 2.0])).path.shape == (1, 2)
