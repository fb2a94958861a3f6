"""System 2 and System 1 in their own time: what System 2 says is of the place where it was asked."""

import math
from concurrent.futures import Executor, Future

import cv2
import numpy as np
import pytest
from scripted import AHEAD, Scripted, Straight

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.evaluation.vln.agents.point_followers import StraightFollower
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.native.dual_pilot import DualPilot, DualTimes
from vln_pipeline.serving.native.pilot import Sight, Start
from vln_pipeline.serving.refused import RefusedRequestError

CAMERA = CameraSetting("robot", 1.25, 30.0, Intrinsics.from_fov(64, 48, 79))
RGB = np.full((48, 64, 3), 90, np.uint8)
FILE = cv2.imencode(".png", RGB)[1].tobytes()
DEPTH = np.full((48, 64), 2.5, np.float32)  # the floor along the axis: 1.25 m / sin(30 deg), 2.165 m ahead
START = Start("Go to the sofa.", 0, CAMERA)
FAR = 1.25 / math.tan(math.radians(30))


class Mind(Executor):
    """System 2's thread, which thinks when the test says so."""

    def __init__(self):
        self.open = []

    def submit(self, call, *given):
        future = Future()
        self.open.append((future, call, given))
        return future

    def think(self):
        for future, call, given in self.open:
            if future.set_running_or_notify_cancel():
                future.set_result(call(*given))
        self.open = []


def flown(*texts, follower=None, rethink=2.0, stale=8.0, frames=99, episode_bytes=10**6):
    """Return a pilot at the start of an episode, its System 2, and its mind."""
    planner, mind = Scripted(*texts), Mind()
    navigator = Navigator(planner, Dialogue(load_prompts(None)), 1, 1)
    times = DualTimes(rethink, stale, frames, 10_000, episode_bytes)
    pilot = DualPilot(navigator, follower or StraightFollower(), DialogueConfig(history=2), mind, times)
    pilot.begin(START)
    return pilot, planner, mind


def sight(stamp, pose=(0.0, 0.0, 0.0)):
    return Sight(Observation(RGB, DEPTH, CAMERA, np.array(pose), stamp), FILE)


@pytest.mark.parametrize("pose", [(0.5, 0.0, 0.0), (0.4, 0.2, 0.6), (-0.3, 0.1, -2.0)])
def test_a_goal_that_comes_a_second_late_is_still_where_it_was_seen(pose):
    """System 2 answered about an image one second old, and the robot drove to that pixel of its present view."""
    pilot, _, mind = flown(AHEAD)
    first = pilot.see(sight(10.0))
    assert (first.path.shape, first.thinking, first.said_age) == ((0, 2), True, None)
    mind.think()
    late = pilot.see(sight(11.0, pose))
    c, s = math.cos(pose[2]), math.sin(pose[2])
    goal = np.array([FAR - pose[0], -pose[1]]) @ np.array([[c, -s], [s, c]])
    np.testing.assert_allclose(late.path[-1], goal, atol=0.05)  # a pixel is 4 cm there
    assert (late.said, late.said_age, late.thinking) == ((AHEAD,), 1.0, False)


def test_system_1_goes_on_to_the_old_goal_while_system_2_thinks_about_a_new_one():
    pilot, planner, mind = flown(AHEAD, "STOP", rethink=2.0)
    pilot.see(sight(0.0))
    mind.think()
    pilot.see(sight(0.3))
    moving = [pilot.see(sight(0.3 + 0.3 * n, (0.15 * n, 0.0, 0.0))) for n in range(1, 12)]
    assert all(len(course.path) for course in moving)
    np.testing.assert_allclose(
        [course.path[-1, 0] for course in moving], [FAR - 0.15 * n for n in range(1, 12)], atol=0.05
    )
    assert [course.thinking for course in moving] == [False] * 5 + [True] * 6
    assert len(planner.asked) == 1
    mind.think()
    over = pilot.see(sight(4.0, (1.7, 0.0, 0.0)))
    assert (over.stop, over.actions, len(over.path)) == (True, (0,), 0)
    assert pilot.see(sight(5.0)).stop


def test_what_is_too_old_counts_no_more():
    pilot, planner, mind = flown(AHEAD, rethink=1.0, stale=3.0)
    pilot.see(sight(0.0))
    mind.think()
    assert not len(pilot.see(sight(3.5)).path)  # the answer is older than 3 s
    mind.think()
    assert len(pilot.see(sight(4.0)).path)
    asked = len(planner.asked)
    assert pilot.see(sight(5.0)).thinking
    assert len(pilot.see(sight(6.4)).path)
    assert not len(pilot.see(sight(6.6)).path)  # and so is its goal by now, while the next answer is not there
    assert len(planner.asked) == asked


def test_an_answer_for_the_last_episode_is_dropped():
    pilot, planner, mind = flown("STOP", AHEAD)
    pilot.see(sight(0.0))
    running = mind.open[-1]
    assert running[0].set_running_or_notify_cancel()
    mind.open.pop()
    pilot.begin(START)
    running[0].set_result(running[1](*running[2]))  # ends in the next episode
    assert not pilot.see(sight(1.0)).stop
    mind.think()
    assert len(pilot.see(sight(1.5)).path)
    assert planner.resets == 2


def test_moves_are_what_is_left_of_them():
    pilot, _, mind = flown("←←↑", "STOP")
    pilot.see(sight(0.0))
    mind.think()
    turn = math.radians(15)
    course = pilot.see(sight(0.5))
    assert course.actions == (2, 2, 1)
    np.testing.assert_allclose(course.path, [0.25 * np.array([math.cos(2 * turn), math.sin(2 * turn)])], atol=1e-9)
    course = pilot.see(sight(1.0, (0.0, 0.0, 2 * turn)))
    assert course.actions == (1,)
    np.testing.assert_allclose(course.path, [[0.25, 0.0]], atol=1e-9)
    there = (0.25 * math.cos(2 * turn), 0.25 * math.sin(2 * turn), 2 * turn)
    assert pilot.see(sight(1.5, there)).actions == ()
    assert pilot.see(sight(2.0, there)).thinking
    mind.think()
    assert pilot.see(sight(2.5, there)).stop


def test_turns_alone_are_told_as_a_heading():
    pilot, _, mind = flown("→→")
    pilot.see(sight(0.0))
    mind.think()
    course = pilot.see(sight(0.5, (0.0, 0.0, -0.1)))
    assert not len(course.path)
    assert course.heading == pytest.approx(0.1 - math.radians(30))


def test_a_system_1_that_does_not_look_keeps_to_the_place_where_it_was_asked():
    follower = Straight(length=2.0, once=True)
    pilot, _, mind = flown(AHEAD, follower=follower)
    pilot.see(sight(0.0))
    mind.think()
    course = pilot.see(sight(1.0, (0.5, 0.0, math.pi / 2)))
    np.testing.assert_allclose(course.path[-1], (0.0, -1.4), atol=1e-9)
    assert len(follower.goals) == 1


def test_an_episode_has_words_and_an_end():
    pilot, _, _ = flown("←", frames=3)
    with pytest.raises(RefusedRequestError, match=r"begin\.instruction"):
        pilot.begin(Start("", 0, CAMERA))
    pilot.begin(START)
    for n in range(3):
        pilot.see(sight(n, (0.3 * n, 0.0, 0.0)))
    pilot.see(sight(3.0, (0.65, 0.0, 0.0)))  # not far enough for an image of its own
    with pytest.raises(RefusedRequestError, match="has 3 images; send begin"):
        pilot.see(sight(4.0, (0.9, 0.0, 0.0)))


def test_an_episodes_images_have_a_size():
    """As many images were kept as there were steps of the way, however large each was."""
    pilot, _, _ = flown("←", episode_bytes=2 * len(FILE))
    for n in range(2):
        pilot.see(sight(n, (0.3 * n, 0.0, 0.0)))
    with pytest.raises(RefusedRequestError, match="bytes; send begin"):
        pilot.see(sight(2.0, (0.6, 0.0, 0.0)))
