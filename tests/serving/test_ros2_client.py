"""The example for ROS 2: follows late paths in the built-in world, and stands still where the server is lost."""

import importlib
import math
import sys
import threading
import time
from pathlib import Path

import fake_ros
import msgpack
import numpy as np
import pytest
from native_client import begin, see
from running import running
from test_native import DEPTHS, VIEWS, app
from websockets.sync.server import serve
from wide_room import wide_room

from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import BodyConfig, MotionConfig, WorldConfig
from vln_pipeline.evaluation.world.planar import into
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.serving.images import read_colour, read_depth
from vln_pipeline.serving.native.pilot import Course

CLIENT = Path(__file__).parents[2] / "examples/ros2_client"
PERIOD, LATENCY = 0.05, 1.0


@pytest.fixture(autouse=True)
def _client_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(CLIENT))


def module(name):
    return importlib.import_module(f"vln_ros2_client.{name}")


def rounded(corners, radius=0.5, spacing=0.05):
    """Return a way with its corners cut by straight pieces, and points every few centimetres."""
    points = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        for other in (before, after):
            way = other - corner
            points.append(corner + way * min(0.5, radius / np.hypot(*way)))
    points = np.array([*points, corners[-1]])
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0, along[-1], spacing)
    return np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)])


@pytest.mark.parametrize(("noise", "jitter"), [(0.0, 0.0), (0.03, 0.2)])
def test_it_follows_within_15_cm_at_a_latency_of_one_second(tmp_path, noise, jitter):
    """Plans three times a second, each a second old when it comes: put where the robot is, they would lead it aside."""
    driver = module("driver").Driver()
    world = BuiltinWorld(lambda _: wide_room(), WorldConfig(body=BodyConfig(radius=0.2)), seed=0, cache=tmp_path)
    world.load("wide_room")
    start = np.array([1.0, 5.0, 0.0, -0.3])
    corners = world.shortest_path(start[:3], np.array([7.0, 5.0, 0.0]))[:, :2]
    corners[1:-1, 1] -= 0.3  # more room at the wall's end
    way = rounded(corners)
    motion = MotionConfig(period=PERIOD, max_speed=0.4, max_turn_rate=0.8, noise={"speed": noise, "turn": noise})
    draw = np.random.default_rng(2)
    robot = Robot(world, start, motion, draw)
    plans, off = [], []
    for step in range(1200):
        now = step * PERIOD
        pose = robot.pose[[0, 1, 3]]
        driver.odometry(now, pose)
        driver.alive(now)
        if step % 7 == 0:  # about three a second
            nearest = int(np.argmin(np.hypot(*(way - pose[:2]).T)))
            path = into(pose, way[nearest : nearest + 60])
            answer = {"stamp": now, "path": path.tolist(), "heading": None, "stop": False}
            plans.append((now + LATENCY + jitter * draw.uniform(), answer))
        while plans and plans[0][0] <= now:
            driver.plan(now, plans.pop(0)[1])
        assert not robot.drive(*driver.command(now))
        off.append(np.hypot(*(way - robot.pose[:2]).T).min())
        if np.hypot(*(way[-1] - robot.pose[:2])) < 0.15:
            break
    world.close()
    assert np.hypot(*(way[-1] - robot.pose[:2])) < 0.15
    assert max(off) < 0.15
    assert driver.limits.speed == 0.4
    assert step * PERIOD < 45


def test_it_stands_still_within_a_third_of_a_second_without_the_server():
    driver = module("driver").Driver()
    ahead = {"path": [[n / 10, 0.0] for n in range(1, 30)], "heading": None, "stop": False}
    moving, stopped = [], None
    for step in range(200):
        now = step * PERIOD
        driver.odometry(now, (0.4 * now, 0.0, 0.0))
        if now < 4.0:  # the server is killed then: no sign of it any more
            driver.alive(now)
            if step % 7 == 0:
                driver.plan(now, ahead | {"stamp": max(0.0, now - LATENCY)})
        speed, _ = driver.command(now)
        if now < 4.0:
            moving.append(speed)
        elif stopped is None and speed == 0.0:
            stopped = now
        elif stopped is not None:
            assert speed == 0.0
    assert min(moving[1:]) > 0.1
    assert stopped - 4.0 <= 0.3
    assert driver.stopped_for == "the server is lost"


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda d: d.lost(), "the server is lost"),
        (lambda d: d.plan(5.0, {"stamp": 4.9, "path": [], "heading": None, "stop": True}), "the goal is reached"),
        (lambda d: [d.alive(8.2), d.odometry(8.2, (0, 0, 0))], "the path is too old"),
        (lambda d: d.alive(5.5), "there is no odometry"),
    ],
)
def test_every_reason_to_stand_still_is_told(spoil, cause):
    driver = module("driver").Driver()
    assert driver.command(0.0) == (0.0, 0.0)
    for n in range(101):
        driver.odometry(n * PERIOD, (0, 0, 0))
    assert driver.plan(5.0, {"stamp": 4.8, "path": [[1.0, 0.0]], "heading": None, "stop": False})
    assert driver.command(5.0)[0] > 0.3
    assert not driver.plan(5.0, {"stamp": 4.0, "path": [], "heading": None, "stop": False})  # older than the last
    spoil(driver)
    now = max(5.0, driver._alive or 0.0)
    assert driver.command(now) == (0.0, 0.0)
    assert driver.stopped_for == cause


def test_a_heading_is_turned_to_where_it_was_meant():
    driver = module("driver").Driver()
    for n in range(21):
        driver.odometry(n * PERIOD, (0, 0, 0.4 * n * PERIOD))
    driver.plan(1.0, {"stamp": 0.5, "path": [], "heading": 0.3, "stop": False})
    speed, rate = driver.command(1.0)
    assert speed == 0.0
    assert rate == pytest.approx(2 * (0.2 + 0.3 - 0.4))


def test_images_are_read_as_drivers_pad_them():
    images = module("images")
    draw = np.random.default_rng(1)
    rgb = draw.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    depth = draw.uniform(0.3, 5, (6, 8)).astype(np.float32)
    depth[0, 0] = np.nan
    colours = {
        "rgb8": rgb,
        "bgr8": rgb[..., ::-1],
        "rgba8": np.dstack([rgb, rgb[..., :1]]),
        "bgra8": np.dstack([rgb[..., ::-1], rgb[..., :1]]),
    }
    for encoding, pixels in colours.items():
        np.testing.assert_array_equal(images.colours(fake_ros.image(0, np.ascontiguousarray(pixels), encoding)), rgb)
    metres = images.metres(fake_ros.image(0, depth, "32FC1"))
    np.testing.assert_array_equal(metres, np.nan_to_num(depth))
    units = np.nan_to_num(depth * 1000).astype(np.uint16)
    np.testing.assert_allclose(images.metres(fake_ros.image(0, units, "16UC1")), units / 1000, atol=1e-6)
    np.testing.assert_array_equal(read_colour(images.png(rgb), "rgb", 100), rgb)
    np.testing.assert_allclose(read_depth(images.png(metres), "depth", 100), metres, atol=6e-5)
    for call, encoding in ((images.colours, "mono8"), (images.metres, "64FC1")):
        with pytest.raises(ValueError, match=encoding):
            call(fake_ros.image(0, rgb, encoding))


class Straight:
    """A pilot that leads straight on."""

    def begin(self, start):
        self.begun = start

    def see(self, sight):
        assert sight.now.rgb.shape == (36, 48, 3)
        ahead = 3.0 if sight.point is None else sight.point[0]
        return Course(np.array([[0.1 * n, 0.0] for n in range(1, round(10 * ahead) + 1)]))

    def close(self):
        pass


def info():
    told = fake_ros.CameraInfo()
    told.width, told.height, told.k = 48, 36, np.array([24.0, 0, 23.5, 0, 24.0, 17.5, 0, 0, 1])
    return told


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_node_drives_by_a_server_and_stops_when_it_is_killed(monkeypatch):
    """The whole client but ROS: images out, paths in over the network, velocity; then the server goes, in real time."""
    fake_ros.install(monkeypatch)
    sys.modules.pop("vln_ros2_client.node", None)
    node_module = module("node")
    server = running(app(Straight))
    node = node_module.Client()
    node._values["url"] = server.__enter__().replace("http", "ws") + "/robot"
    begun = time.monotonic()

    def turn(sees=True):
        node.now = 100.0 + time.monotonic() - begun
        node._frames.add(node.now, (0.2 * (node.now - 100), 0.0, 0.0))
        if sees:
            node.calls["depth"][1](fake_ros.image(node.now, DEPTHS[0].astype(np.float32) / 1e4, "32FC1"))
            node.calls["image"][1](fake_ros.image(node.now, VIEWS[0], "rgb8"))
        node.timer[1]()
        time.sleep(0.02)
        return node.published["cmd_vel"][-1].linear.x

    try:
        assert turn() == 0.0
        node.calls["camera_info"][1](info())
        goal = fake_ros.PoseStamped()
        goal.header.frame_id, goal.pose.position.x = "odom", 4.0
        node.calls["goal"][1](goal)
        until(lambda: turn() > 0.2)
        shown = node.published["path"][-1]
        assert shown.header.frame_id == "odom"
        assert 3.5 < shown.poses[-1].pose.position.x < 4.1
        assert node.driver.stopped_for == ""
    finally:
        server.__exit__(None, None, None)
    killed = time.monotonic()
    until(lambda: turn() == 0.0)
    assert time.monotonic() - killed < 0.3 + 0.2  # a turn of this test, on a loaded machine, included
    assert node.driver.stopped_for == "the server is lost"
    until(lambda: any("no server" in line for line in node.logged))
    node.close()
    assert math.isclose(node.published["cmd_vel"][-1].linear.x, 0.0)


def test_the_link_finds_a_server_that_was_started_again_after_one_that_talked_nonsense():
    """What no server answers ended the thread of the connection, and the robot stood still for ever."""
    link_module, plans, warned = module("link"), [], []
    link_module._RETRY = 0.05

    def nonsense(socket):
        socket.recv()
        socket.send(msgpack.packb([1, 2]))

    with serve(nonsense, "127.0.0.1", 0) as broken:
        port = broken.socket.getsockname()[1]
        threading.Thread(target=broken.serve_forever, daemon=True).start()
        calls = {"plan": plans.append, "alive": lambda: None, "lost": lambda: None, "warn": warned.append}
        link = link_module.Link(f"ws://127.0.0.1:{port}/robot", begin(), **calls)
        until(lambda: any("no server: TypeError" in line for line in warned))
    for stamp in (1.0, 2.0):  # the second time on, what was told to the first server is told to the next
        with running(app(Straight), port=port):
            link.send(see(stamp, VIEWS[0], DEPTHS[0]))
            until(lambda stamp=stamp: plans and plans[-1]["stamp"] == stamp)
    link.close()
    assert not link._thread.is_alive()


def test_the_package_never_imports_the_examples():
    sources = (Path(__file__).parents[2] / "src").rglob("*.py")
    assert not [path for path in sources if "ros2_client" in path.read_text(encoding="utf-8")]
