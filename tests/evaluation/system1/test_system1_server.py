import json
import threading

import numpy as np
import pytest
from policy_server import PUBLISHED, SAMPLES, WAYPOINTS, PolicyServer, serving
from walled_rooms import point_episode, set_of

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation
from vln_pipeline.evaluation.system1 import drives_archive
from vln_pipeline.evaluation.system1.agents.config import ServerConfig
from vln_pipeline.evaluation.system1.agents.entrant import Entrant
from vln_pipeline.evaluation.system1.agents.navdp_server import NavdpServer
from vln_pipeline.evaluation.system1.agents.open_team import open_team
from vln_pipeline.evaluation.system1.drive import Ending
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.rollout import drive_scene
from vln_pipeline.inspection.lost_episodes import lost_episodes

CAMERA = DriveConfig().eye.setting()
RED = np.zeros((72, 96, 3), np.uint8) + np.array([200, 20, 20], np.uint8)
DEPTH = np.linspace(0, 9, 72 * 96, dtype=np.float32).reshape(72, 96)
HERE = Observation(RED, DEPTH, CAMERA, np.zeros(3), 0.0)
POINT = Goal(GoalKind.POINT, point=np.array([3.0, -1.0]))
GOOD = [[[0.1 * n, 0.0, 0.0] for n in range(WAYPOINTS)]]


def client(server, timeout=30.0, **options):
    return NavdpServer(ServerConfig(name="served", url=server.url, timeout=timeout, **options))


def asked(server, goal, **options):
    """Begin an episode and ask for one plan."""
    planner = client(server, **options)
    planner.reset(CAMERA, 0)
    try:
        return planner.plan(HERE, goal)
    finally:
        planner.close()


def test_a_point_goal_as_the_contract_has_it():
    with serving() as server:
        planner = client(server)
        planner.reset(CAMERA, 3)
        plan = planner.plan(HERE, POINT)
        planner.close()
    (reset, told), (step, sent) = server.requests
    assert (reset, step) == ("/navigator_reset", "/pointgoal_step")
    np.testing.assert_allclose(told["intrinsic"], CAMERA.intrinsics.matrix)
    assert (told["batch_size"], told["stop_threshold"], told["seed"]) == (1, -3.0, 3)
    assert json.loads(sent["goal_data"]) == {"goal_x": [3.0], "goal_y": [-1.0]}
    assert sent["depth"].dtype == np.uint16
    np.testing.assert_allclose(sent["depth"] * 1e-4, np.minimum(DEPTH, 6.5535), atol=6e-5)
    # The decoder of the test reads channels as blue, green, red, and finds them swapped.
    np.testing.assert_allclose(sent["image"].mean(axis=(0, 1)), (200, 20, 20), atol=3)
    assert plan.path.shape == (WAYPOINTS, 2)
    np.testing.assert_allclose(plan.path[-1], (3.0, -1.0))
    np.testing.assert_allclose(plan.values, np.arange(SAMPLES)[::-1])
    np.testing.assert_allclose(plan.candidates[0], plan.path)
    assert not plan.stop


def test_channels_may_be_left_in_order():
    with serving() as server:
        asked(server, POINT, swapped_channels=False)
    np.testing.assert_allclose(server.requests[-1][1]["image"].mean(axis=(0, 1)), (20, 20, 200), atol=3)


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        (Goal(GoalKind.PIXEL, pixel=np.array([40.0, 50.0])), "/pixelgoal_step"),
        (Goal(GoalKind.IMAGE, image=RED), "/imagegoal_step"),
        (Goal(GoalKind.NONE), "/nogoal_step"),
    ],
)
def test_every_kind_of_goal_has_its_address(goal, path):
    with serving() as server:
        asked(server, goal)
    called, sent = server.requests[-1]
    assert called == path
    assert ("goal" in sent) == (goal.kind is GoalKind.IMAGE)
    assert ("goal_data" in sent) == (goal.kind is GoalKind.PIXEL)


@pytest.mark.parametrize("kind", GoalKind)
def test_every_request_is_what_the_published_server_was_seen_to_take(kind):
    """The double took whatever came; now it has the published server's parts and types, and answers in its shapes."""
    goal = Goal(kind, *(None,) * 3)
    goal = {
        GoalKind.POINT: POINT,
        GoalKind.PIXEL: Goal(kind, pixel=np.array([40.2, 30.9])),
        GoalKind.IMAGE: Goal(kind, image=RED),
    }.get(kind, goal)
    with serving() as server:
        plan = asked(server, goal)
    route, sent = server.requests[-1]
    files = PUBLISHED["routes"][route]["files"]
    assert {name: sent[name].dtype.name for name in files} == files
    assert plan.candidates.shape == (SAMPLES, WAYPOINTS, 2)


def test_a_failing_episode_is_begun_anew_then_given_up_and_the_scene_goes_on(open_room, tmp_path):
    """One HTTP 500, or one answer that came too late, threw away every episode of its scene.

    Now it costs the episode, after a second attempt, and the report names it.
    """
    truth = open_room("empty_room")
    asked = [point_episode(truth.nav, (2.0, 3.0), 0.0, (4.2, 3.0), f"point_{n:02}") for n in range(4)]
    fault = (500, b"out of memory")
    # The first episode fails once, the third twice; each begins with a reset.
    script = [(200, {"algo": ""}), fault]
    with serving(script) as server:
        team = open_team(Entrant("served", ServerConfig(name="served", url=server.url, kinds=("point",))), None, 1)
        plan = team.plan

        def failing(situations):
            if team.failing:
                server.script.append(fault)
            return plan(situations)

        reset = team.reset

        def told(episodes, *rest):
            team.failing = episodes[0].id == "point_02"
            reset(episodes, *rest)

        team.reset, team.plan = told, failing
        driven = drive_scene(truth, set_of(truth.nav, *asked), "served", team, DriveConfig(), recovers=False, seed=7)
        team.close()
    assert [drive.episode.id for drive in driven.drives] == ["point_00", "point_01", "point_03"]
    assert all(drive.ending is Ending.ARRIVED for drive in driven.drives)
    (lost,) = driven.lost
    assert lost.id == "point_02"
    assert "HTTP 500: out of memory" in lost.cause
    drives_archive.write(driven, set_of(truth.nav, *asked), tmp_path)
    assert drives_archive.read(tmp_path).lost == driven.lost
    (section,) = lost_episodes([lambda: driven])
    assert section.table.rows[0][:3] == ("empty_room", "served", "point_02")


def test_a_policy_that_fails_episode_after_episode_costs_the_scene(open_room):
    truth = open_room("empty_room")
    asked = [point_episode(truth.nav, (2.0, 3.0), 0.0, (4.2, 3.0), f"point_{n:02}") for n in range(9)]
    with serving([(500, b"broken")] * 99) as server:
        team = open_team(Entrant("served", ServerConfig(name="served", url=server.url, kinds=("point",))), None, 1)
        with pytest.raises(DataError, match="HTTP 500: broken"):
            drive_scene(truth, set_of(truth.nav, *asked), "served", team, DriveConfig(), recovers=False, seed=7)
        team.close()
    assert len(server.requests) == 6  # three episodes, each begun twice


def test_a_busy_server_is_asked_again():
    with serving([(200, {}), (503, b"busy"), (200, {"trajectory": GOOD})]) as server:
        assert asked(server, POINT).path.shape == (WAYPOINTS, 2)
    assert [path for path, _ in server.requests[1:]] == ["/pointgoal_step"] * 2


@pytest.mark.parametrize(
    ("pixel", "told"),
    [
        ((40.7, 50.2), (40, 50)),
        ((-0.5, 71.9), (-1, 71)),
        ((1e30, -1e30), (192, -72)),
        ((np.nan, np.nan), (-1, 36)),
    ],
)
def test_pixel_goals_are_told_as_whole_pixels(pixel, told):
    """The client told pixels as floats, with which the published server slices an image: HTTP 500 for goals in view.

    The server that stood for it in tests took floats, and a goal behind the camera went out as NaN, which is no JSON.
    """
    with serving() as server:
        asked(server, Goal(GoalKind.PIXEL, pixel=np.array(pixel)))
    sent = server.requests[-1][1]["goal_data"]
    assert sent == json.dumps({"goal_x": [told[0]], "goal_y": [told[1]]})


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((500, b"out of memory"), r"/pointgoal_step answered HTTP 500: out of memory; look at the server's log"),
        ((404, b""), r"HTTP 404"),
        ((200, 1.5), r"no answer within 0.5 s; raise the server's timeout"),
        ((200, b"<html>"), r"unusable answer \(JSONDecodeError"),
        ((200, []), r"unusable answer \(TypeError"),
        ((200, {"all_values": []}), r"unusable answer \(KeyError: 'trajectory'"),
        ((200, {"trajectory": [[1, 2]]}), r"trajectories of shape \(1, 2\)"),
        ((200, {"trajectory": []}), r"trajectories of shape \(0,\)"),
        ((200, {"trajectory": [[["a", "b"]]]}), r"unusable answer \(ValueError"),
        ((200, {"trajectory": [[[float("nan"), 0, 0]]]}), r"not finite"),
        ((200, {"trajectory": GOOD, "all_trajectory": [GOOD], "all_values": [[1.0, 2.0]]}), r"1 trajectories with 2"),
    ],
)
def test_a_bad_answer_is_one_clear_line(answer, cause):
    patience = 0.5 if isinstance(answer[1], float) else 30.0
    with serving([(200, {"algo": "straight"}), answer]) as server, pytest.raises(DataError, match=cause) as raised:
        asked(server, POINT, timeout=patience)
    assert str(raised.value).startswith(server.url)
    assert "\n" not in str(raised.value)


def test_a_server_that_is_not_there_is_named():
    with serving() as server:
        planner = client(server, timeout=2.0)
    with pytest.raises(DataError, match=r"connection failed .*start the policy's server"):
        planner.reset(CAMERA, 0)


def test_a_server_that_was_started_anew_is_told_of_the_episode_again():
    """A policy server that was killed and restarted forgets its robots, which cost the rest of the scene.

    One of this project says so with HTTP 409, and is reset with what the episode began with.
    """
    with serving([(200, {}), (409, b"no session"), (200, {}), (200, {"trajectory": GOOD})]) as server:
        planner = client(server)
        planner.reset(CAMERA, 3)
        assert planner.plan(HERE, POINT).path.shape == (WAYPOINTS, 2)
    assert [path for path, _ in server.requests] == ["/navigator_reset", "/pointgoal_step"] * 2
    assert server.requests[2][1] == server.requests[0][1]


def test_a_server_that_does_not_listen_yet_is_waited_for():
    with serving() as server:
        port = server.server_port
    started = []

    def start():
        started.append(PolicyServer(port=port))
        started[0].serve_forever(0.02)

    later = threading.Timer(1.0, start)
    later.daemon = True
    planner = client(server)
    later.start()
    try:
        planner.reset(CAMERA, 3)
        assert [path for path, _ in started[0].requests] == ["/navigator_reset"]
    finally:
        planner.close()
        started[0].shutdown()
        started[0].server_close()


def test_an_answer_without_candidates_is_enough():
    with serving([(200, {}), (200, {"trajectory": GOOD})]) as server:
        plan = asked(server, POINT)
    assert plan.path.shape == (WAYPOINTS, 2)
    assert plan.candidates.shape[0] == len(plan.values) == 0


def test_a_served_policy_drives_episodes_one_after_the_other(open_room):
    truth = open_room("empty_room")
    near = point_episode(truth.nav, (2.0, 3.0), 0.0, (5.5, 3.0))
    far = point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0), name="point_01")
    unknown = point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0), name="image_00", kind=GoalKind.IMAGE)
    with serving() as server:
        entrant = Entrant("served", ServerConfig(name="served", url=server.url, kinds=("point",)))
        team = open_team(entrant, None, 1)
        episodes = set_of(truth.nav, near, far, unknown)
        driven = drive_scene(truth, episodes, "served", team, DriveConfig(), recovers=False, seed=7)
        team.close()
    assert [d.ending for d in driven.drives] == [Ending.ARRIVED, Ending.ARRIVED]
    paths = [path for path, _ in server.requests]
    assert paths.count("/navigator_reset") == 2
    assert paths[0] == "/navigator_reset"
    assert len(driven.latency) == len(paths) - 2
