"""The native contract: the same paths as in process, the newest sight first; nothing that a robot sends breaks it."""

import threading

import msgpack
import numpy as np
import pytest
from native_client import CAMERA, Robot, begin, see
from running import POLICY, running
from test_serving_navdp import DEPTHS, VIEWS
from websockets.exceptions import ConnectionClosed, InvalidStatus

from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.serving.app import application
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.known_cameras import KnownCameras
from vln_pipeline.serving.native.contract import NativeContract
from vln_pipeline.serving.native.navdp_pilot import NavdpPilot
from vln_pipeline.serving.native.pilot import Course

LEARNED = {"system1": TrainedCameras(height=(0.25, 1.25), pitch=(0, 30), hfov=(80, 100))}
POINT = {"point": [2.0, -1.0]}


def app(make, learned=None, strict=False, **config):
    config, cameras = ServeConfig(**{"deadline": 300.0} | config), KnownCameras(learned, strict=strict)
    return application(lambda metrics, worker: NativeContract(make, config, metrics, worker, cameras), config, {})


def policy(network):
    return NavdpPolicy(network, POLICY.model_copy(update={"stop_threshold": -3.0}))


@pytest.fixture(scope="module")
def url(network):
    with running(app(lambda: NavdpPilot(policy(network)), LEARNED)) as url:
        yield url


def test_paths_are_those_of_the_policy_in_process(url, network):
    here = policy(network)
    goals = [
        (POINT, NavdpGoal(point=np.array([2.0, -1.0]))),
        ({"pixel": [20, 15]}, NavdpGoal(pixel=np.array([20.0, 15.0]))),
        (None, NavdpGoal()),
    ]
    here.reset(4)
    with Robot(url) as robot, Robot(url) as other:
        assert robot.ask(begin(seed=4))["warnings"] == []
        other.ask(begin(seed=5))
        for stamp, (told, goal) in enumerate(goals, 1):
            answer = robot.ask(see(stamp, VIEWS[stamp - 1], DEPTHS[stamp - 1], goal=told))
            apart = other.ask(see(stamp, VIEWS[0], DEPTHS[0], goal=told))
            plan = here.plan(VIEWS[stamp - 1], DEPTHS[stamp - 1].astype(np.float32) * np.float32(1e-4), goal)
            assert (answer["type"], answer["stamp"], answer["said"], answer["said_age"]) == ("plan", stamp, [], None)
            np.testing.assert_allclose(answer["path"], plan.path[:, :2], atol=1e-12)
            np.testing.assert_allclose(answer["candidates"], plan.candidates[..., :2], atol=1e-12)
            np.testing.assert_allclose(answer["values"], plan.scores, atol=1e-12)
            assert answer["path"] != apart["path"]


class Slow:
    """Waits for the test before each answer."""

    def __init__(self, go):
        self._go = go

    def begin(self, start):
        pass

    def see(self, sight):
        assert self._go.acquire(timeout=60)
        return Course(np.array([[sight.now.time, 0.0]]))

    def close(self):
        pass


def test_a_robot_that_is_faster_than_the_network_is_answered_about_the_newest_sight():
    """A queue of sights would make every path later than the last one."""
    go = threading.Semaphore(0)
    with running(app(lambda: Slow(go))) as url, Robot(url) as robot:
        robot.ask(begin())
        for stamp in range(1, 7):
            robot.send(see(stamp, VIEWS[0], DEPTHS[0]))
            if stamp == 1:
                go.release()
                first = robot.receive()
        # Sights 2 to 6 came while one of them, or none, was at work.
        answers = [first]
        while answers[-1]["stamp"] < 6:
            go.release()
            answers.append(robot.receive())
    assert len(answers) <= 4
    assert sum(answer["skipped"] for answer in answers) == 6 - len(answers)
    assert [answer["path"] for answer in answers] == [[[answer["stamp"], 0.0]] for answer in answers]


@pytest.mark.parametrize(
    ("message", "status", "cause"),
    [
        (b"\xc1", 400, "no msgpack"),
        (b"\xdf\xff\xff\xff\xff", 400, "no msgpack"),
        ("text", 400, "no msgpack"),
        ([1, 2], 422, "valid dictionary"),
        ({"type": "fly"}, 422, "does not match any of the expected tags"),
        (begin(seed=-1), 422, "begin.seed"),
        (begin(camera=CAMERA | {"fx": 0}), 422, "begin.camera.fx"),
        (see(1, VIEWS[0], DEPTHS[0]) | {"stamp": float("nan")}, 422, "see.stamp"),
        (see(1, VIEWS[0], DEPTHS[0]) | {"pose": [0, 0]}, 422, "see.pose"),
        (see(1, VIEWS[0], DEPTHS[0]) | {"rgb": b"GIF89a"}, 422, "rgb is no JPEG or PNG"),
        (see(1, VIEWS[0], DEPTHS[0][1:]), 422, "not of the size that begin told"),
        (see(0, VIEWS[0], DEPTHS[0]), 422, "not after the last one"),
    ],
)
def test_a_message_that_is_not_the_contracts_is_refused_by_name(url, message, status, cause):
    with Robot(url) as robot:
        assert robot.ask(see(1, VIEWS[0], DEPTHS[0]))["status"] == 409
        robot.ask(begin())
        robot.ask(see(0.5, VIEWS[0], DEPTHS[0], goal=POINT))
        answer = robot.ask(message)
        assert (answer["type"], answer["status"]) == ("refused", status)
        assert cause in answer["error"]
        assert robot.ask(see(2, VIEWS[0], DEPTHS[0], goal=POINT))["type"] == "plan"


def test_three_hundred_damaged_messages_are_refused(url):
    draw = np.random.default_rng(5)
    whole = msgpack.packb(see(1, VIEWS[0], DEPTHS[0], goal=POINT))
    with Robot(url) as robot:
        for number in range(300):
            raw = bytearray(whole[: draw.integers(1, len(whole))] if number % 2 else whole)
            for at in draw.integers(min(len(raw), 60), size=3):
                raw[at] = draw.integers(256)
            answer = robot.ask(bytes(raw))
            assert answer["type"] == "refused"
            assert 400 <= answer["status"] < 500
        robot.ask(begin())
        assert robot.ask(see(2, VIEWS[0], DEPTHS[0], goal=POINT))["type"] == "plan"


def test_another_camera_than_the_trained_one_is_told_or_refused(url, network):
    """A robot with a camera twice as high drove with a policy that had never seen the world from there, in silence."""
    high = begin(camera=CAMERA | {"height": 1.6, "pitch": -10.0})
    with Robot(url) as robot:
        warnings = robot.ask(high)["warnings"]
        assert warnings == [
            "system1: camera height 1.6 m, learned from 0.25 to 1.25",
            "system1: camera pitch -10 degrees, learned from 0 to 30",
        ]
    with running(app(lambda: NavdpPilot(policy(network)), LEARNED, strict=True)) as strict, Robot(strict) as robot:
        answer = robot.ask(high)
        assert (answer["type"], answer["status"]) == ("refused", 422)
        assert "learned from 0.25 to 1.25" in answer["error"]
        assert robot.ask(begin())["trained_cameras"]["system1"]["height"] == [0.25, 1.25]


def test_strangers_and_robots_beyond_the_room_are_turned_away():
    made = app(lambda: Slow(threading.Semaphore(9)), robots=1, token="open sesame")
    with running(made, largest=4096) as url:
        with pytest.raises(InvalidStatus, match="403"):
            Robot(url)
        with Robot(url, "open sesame") as robot:
            robot.ask(begin())
            with Robot(url, "open sesame") as second, pytest.raises(ConnectionClosed, match="1 robots are served"):
                second.receive()
            robot.send(b"x" * 5000)
            with pytest.raises(ConnectionClosed, match="1009"):
                robot.receive()
        with Robot(url, "open sesame") as robot:
            assert robot.ask(begin())["type"] == "begun"
