import math
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from scripted import AHEAD, GO, WIDTH, Network, Scripted, Straight, dual
from wide_room import episode

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.discrete_path import discrete_actions
from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.point_followers import ShortestFollower, StraightFollower
from vln_pipeline.evaluation.vln.drive import FOLLOWED
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rollout import drive
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.sight import pixel_of, place_at
from vln_pipeline.planning.trajectory import Action

torch.set_num_threads(1)
F, L, R = Action.FORWARD, Action.LEFT, Action.RIGHT


def run(open_room, agent, asked=None, seed=7):
    world, rules = open_room()
    try:
        return drive(world, "wide_room", asked or episode(), "agent", agent, rules, seed)
    finally:
        agent.close()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], []),
        ([(0.1, 0.0)], []),
        ([(0.1 * n, 0.0) for n in range(1, 33)], [F, F, F, F, F, F]),
        ([(0.25, 0.0), (0.5, 0.0)], [F, F]),
        # Aims four points ahead: straight to the left, six turns of 15 degrees.
        ([(0.0, 0.1 * n) for n in range(1, 33)], [L] * 6),
        ([(0.1 * n, -0.1 * n) for n in range(1, 33)], [R] * 3 + [F] * 3),
        # 0.3 m ahead: one step leaves 0.05 m, which is near enough.
        ([(0.1, 0.0), (0.2, 0.0), (0.3, 0.0)], [F]),
    ],
)
def test_paths_become_actions(path, expected):
    assert discrete_actions(np.array(path).reshape(-1, 2), MotionConfig(), 6) == expected


@pytest.mark.parametrize(("pose", "expected"), [((0, 0, 0), (2.165, 0)), ((1, 2, math.pi / 2), (1, 2 + 2.165))])
def test_a_pixel_becomes_a_place(pose, expected):
    camera = replace(Rules(PROTOCOLS["internnav"]).camera, pitch=30.0)
    # The floor along the optical axis: 1.25 m / sin(30 deg).
    depth = np.full((480, 640), 2.5, np.float32)
    seen = Observation(np.zeros((480, 640, 3), np.uint8), depth, camera, np.array(pose, dtype=float), 0.0, True)
    for pixel in ((319.5, 239.5), (100.0, 300.0)):
        place = place_at(seen, np.array(pixel))
        np.testing.assert_allclose(pixel_of(np.array([*pose[:2], 0.0]), pose[2], place, camera), pixel, atol=1e-6)
    np.testing.assert_allclose(place_at(seen, np.array([319.5, 239.5]))[:2], expected, atol=1e-3)
    assert place_at(replace(seen, depth=np.zeros_like(depth)), np.array([319.5, 239.5])) is None


def test_both_systems_take_turns(open_room):
    planner, follower = Scripted("←", *GO, "STOP"), Straight()
    driven = run(open_room, dual(planner, follower))
    assert driven.actions.tolist() == [L] + [F] * 8
    assert driven.stopped
    assert driven.looks == 4
    told = [(call.model, call.step, call.said) for call in driven.calls]
    assert told == [
        ("system2", 0, ("←",)),
        ("system2", 1, tuple(GO)),
        ("system1", 1, ()),
        ("system1", 5, ()),
        ("system2", 9, ("STOP",)),
    ]
    end = 1 + 2 * np.array([math.cos(math.radians(15)), math.sin(math.radians(15))])
    np.testing.assert_allclose(driven.track[-1, :2], end, atol=1e-6)
    assert planner.resets == 1
    assert [(intent.step, intent.asked) for intent in driven.intents] == [(1, 1), (5, 1)]
    np.testing.assert_allclose(driven.intents[0].pixel, (0.5, 0.5), atol=2e-3)


def test_system2_sees_the_way_so_far(open_room):
    planner = Scripted(*["←"] * 12, "STOP")
    run(open_room, dual(planner, Straight(), history=8))
    views = [conversation.views for conversation in planner.asked]
    assert [len(seen) for seen in views] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9]
    first = views[0][0].image
    assert all(np.array_equal(seen[0].image, first) for seen in views)
    assert not np.array_equal(views[1][1].image, first)
    assert all(sum(view.look_down for view in seen) == 0 for seen in views)


def test_the_floor_is_shown_when_asked_for(open_room):
    planner = Scripted(*GO, "STOP")
    run(open_room, dual(planner, Straight()))
    down = [[view.look_down for view in conversation.views] for conversation in planner.asked]
    assert down[:2] == [[False], [False, True]]
    assert "Go straight to the far wall." in str(planner.asked[0].messages[1].parts[0])


@pytest.mark.parametrize(("text", "calls"), [("I do not know", 3), ("↓", 6), ("9999 1", 3)])
def test_what_means_nothing_moves_nothing_and_ends(open_room, text, calls):
    planner = Scripted(text)
    driven = run(open_room, dual(planner, Straight()))
    assert driven.actions.size == 0
    assert driven.stopped
    assert len(planner.asked) == calls
    first = {str([part for part in c.messages[1].parts if isinstance(part, str)]) for c in planner.asked}
    assert len(first) == 3


def test_other_words_may_help(open_room):
    planner = Scripted("hm", "←", "STOP")
    driven = run(open_room, dual(planner, Straight()))
    assert driven.actions.tolist() == [L]
    assert driven.calls[0].said == ("hm", "←")


def test_turning_on_the_spot_ends(open_room):
    driven = run(open_room, dual(Scripted("←"), Straight(), idle_limit=30))
    assert driven.actions.tolist() == [L] * 30
    assert driven.stopped


def test_a_goal_underfoot_makes_it_turn(open_room):
    driven = run(open_room, dual(Scripted(*GO, *GO, "STOP"), Straight(length=0.0)))
    assert driven.actions.tolist() == [L, L]
    assert driven.stopped


def test_a_goal_that_is_reached_gives_system2_the_word(open_room):
    driven = run(open_room, dual(Scripted(*GO, "STOP"), Straight(length=0.6)))
    assert driven.actions.tolist() == [F, F]
    assert [call.model for call in driven.calls] == ["system2", "system1", "system2"]


def test_a_blind_system1_is_asked_once_per_goal(open_room):
    driven = run(open_room, dual(Scripted(*GO, *GO, "STOP"), Straight(once=True)))
    assert driven.actions.tolist() == [F] * 8
    assert [call.model for call in driven.calls] == ["system2", "system1"] * 2 + ["system2"]


def test_system2_alone_reaches_the_place_it_points_at(open_room):
    for follower in (StraightFollower(), ShortestFollower()):
        driven = run(open_room, dual(Scripted(*GO, "STOP"), follower, goal_actions=20))
        # 2.165 m ahead, and done from 0.25 m on.
        assert 1.8 < driven.track[-1, 0] - 1 < 2.3
        assert abs(driven.track[-1, 1] - 1) < 0.1


def test_continuous_paths_are_driven(open_room):
    driven = run(open_room, dual(Scripted(*GO, "STOP"), Straight(), motion="continuous"))
    assert driven.actions.tolist() == [FOLLOWED] * 8
    assert driven.track[-1, 0] - 1 == pytest.approx(8 * 0.3, abs=1e-6)


def test_system1_is_given_plan_and_views(open_room):
    network = Network()
    follower = LatentFollower(network, 28, 32, samples=5, once=False)
    driven = run(open_room, dual(Scripted(*GO, "STOP"), follower))
    assert driven.actions.tolist() == [F] * 8
    (plan, images, depths, noise), (_, later, _, fresh) = network.given
    assert plan.shape == (1, 4, WIDTH)
    assert torch.equal(plan[0], network.latent_queries[0])
    assert images.shape == (1, 2, 3, 28, 28)
    assert depths.shape == (1, 2, 28, 28)
    assert 0 < float(depths.max()) <= 5
    assert torch.equal(images[0, 0], images[0, 1])
    assert torch.equal(later[0, 0], images[0, 0])
    assert not torch.equal(later[0, 1], images[0, 0])
    assert noise.shape == (5, 32, 3)
    assert not torch.equal(noise, fresh)
    given = [noise for *_, noise in network.given]
    run(open_room, dual(Scripted(*GO, "STOP"), follower))
    assert all(torch.equal(a, b[-1]) for a, b in zip(given, network.given[2:], strict=True))


def test_system1_drives_on_while_system2_thinks(open_room):
    """The second answer comes only after System 1 was asked again: one that waited for System 2 would never ask."""
    follower, driving = Straight(), threading.Event()
    threads = []

    def slowly():
        threads.append(threading.current_thread().name)
        assert driving.wait(20), "System 1 stood still while System 2 was thinking"
        return "STOP"

    lead = follower.path

    def watched(goal, now):
        if len(follower.goals) == 3:
            driving.set()
        return lead(goal, now)

    follower.path = watched
    planner = Scripted(*GO, slowly)
    driven = run(open_room, dual(planner, follower, mode="partial_async", lag=None))
    assert driven.stopped
    # Eight actions before the second question, then at least as many as lead to System 1's fourth path.
    assert len(driven.actions) > 12
    assert set(driven.actions) == {F}
    assert threads[0] != threading.current_thread().name
    last = [call for call in driven.calls if call.model == "system2"][-1]
    assert (last.step, last.said) == (8, ("STOP",))
    assert last.waited < last.seconds


def test_with_a_lag_runs_repeat_whatever_the_machine(open_room):
    def pausing(seconds):
        wait = threading.Event().wait
        return lambda: (wait(seconds), AHEAD)[1]

    runs = [
        run(
            open_room,
            dual(
                Scripted(*GO, pausing(seconds), pausing(seconds), "STOP"),
                Straight(),
                mode="partial_async",
                lag=3,
            ),
        )
        for seconds in (0.0, 0.05)
    ]
    np.testing.assert_array_equal(runs[0].track, runs[1].track)
    asked = [[call.step for call in driven.calls if call.model == "system2"] for driven in runs]
    assert asked[0] == asked[1] == [0, 8, 19, 30]


def test_turns_that_come_late_lead_to_the_heading_that_was_meant(open_room):
    class Leftwards(Straight):
        def path(self, goal, now):
            way = super().path(goal, now)
            return way @ np.array([[math.cos(0.3), math.sin(0.3)], [-math.sin(0.3), math.cos(0.3)]])

    planner = Scripted(*GO, "←←←", "STOP")
    driven = run(open_room, dual(planner, Leftwards(), mode="partial_async", lag=2, goal_actions=4))
    asked = [call.step for call in driven.calls if call.model == "system2"]
    heading = driven.track[asked[1], 3] + math.radians(45)
    assert driven.track[asked[2], 3] == pytest.approx(heading, abs=math.radians(7.6))


def test_what_goes_wrong_in_the_thread_is_told(open_room):
    def broken():
        raise DataError("conversation", "has 9000 tokens")

    with pytest.raises(DataError, match="9000 tokens"):
        run(open_room, dual(Scripted(broken), Straight(), mode="partial_async"))
