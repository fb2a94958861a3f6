import math

import numpy as np
import pytest
from wide_room import Listed, episode

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.agent import Follow
from vln_pipeline.evaluation.vln.agents.blind import ForwardOnly, RandomActions
from vln_pipeline.evaluation.vln.agents.oracle import ReferenceWay, ShortestWay
from vln_pipeline.evaluation.vln.drive import FOLLOWED
from vln_pipeline.evaluation.vln.metrics import score
from vln_pipeline.evaluation.vln.rollout import drive
from vln_pipeline.planning.trajectory import Action

ROUND = ((3.0, 1.0), (5.0, 1.0), (6.0, 4.5))
"""From the left half to the right one, past the end of the partition."""


def drive_with(open_room, agent, asked, protocol="internnav", seed=7):
    world, rules = open_room(protocol)
    return drive(world, "wide_room", asked, "agent", agent, rules, seed), rules


@pytest.mark.parametrize("protocol", ["r2r_ce", "rxr_ce", "internnav", "vln_pe"])
@pytest.mark.parametrize("agent", [ShortestWay, ReferenceWay])
@pytest.mark.parametrize("yaw", [0.0, 2.0])
def test_who_knows_the_way_succeeds_along_it(open_room, protocol, agent, yaw):
    driven, rules = drive_with(open_room, agent(), episode((1.5, 4.5), yaw, ROUND), protocol)
    scored = score(driven.trace, rules.protocol)
    assert driven.stopped
    assert scored["SR"] == scored["OSR"] == 1
    assert scored["NE"] < 0.5
    assert scored["SPL" if agent is ShortestWay else "nDTW"] > 0.9
    assert scored["CR"] == 0
    assert scored["definition"] == f"{protocol}/2"


def test_along_a_straight_line_the_oracle_is_perfect(open_room):
    for agent in (ShortestWay(), ReferenceWay()):
        driven, rules = drive_with(open_room, agent, episode())
        scored = score(driven.trace, rules.protocol)
        assert scored["SPL"] > 0.99
        assert scored["nDTW"] > 0.95
        assert set(driven.actions) == {Action.FORWARD}


def test_actions_lead_where_they_should(open_room):
    agent = Listed([Action.FORWARD, Action.LEFT, Action.LEFT, Action.FORWARD])
    driven, _ = drive_with(open_room, agent, episode())
    c, s = math.cos(math.radians(30)), math.sin(math.radians(30))
    expected = [(1, 1), (1.25, 1), (1.25, 1), (1.25, 1), (1.25 + 0.25 * c, 1 + 0.25 * s)]
    np.testing.assert_allclose(driven.track[:, :2], expected, atol=1e-9)
    np.testing.assert_allclose(driven.to_goal[:2], [5.0, 4.75], atol=0.03)
    assert driven.actions.tolist() == [1, 2, 2, 1]
    assert driven.stopped
    assert driven.shortest == pytest.approx(5.0, abs=0.03)


def test_looking_down_is_no_step_but_looking_forever_is(open_room):
    agent = Listed([Action.LOOK_DOWN, Action.FORWARD, Action.LOOK_DOWN, Action.LEFT], rgb=True, depth=True)
    driven, rules = drive_with(open_room, agent, episode())
    assert driven.actions.tolist() == [Action.FORWARD, Action.LEFT]
    assert driven.looks == 2
    assert [seen.looks_down for seen in agent.seen] == [False, True, False, True, False]
    assert [seen.camera.pitch for seen in agent.seen] == [0, 30, 0, 30, 0]
    assert agent.seen[1].depth[-1].max() < agent.seen[0].depth[-1].max()
    endless = Listed([Action.LOOK_DOWN] * 1000)
    driven, _ = drive_with(open_room, endless, episode())
    assert len(driven.actions) == rules.protocol.max_steps
    assert not driven.stopped


def test_running_out_of_steps_fails_where_stop_is_asked_for(open_room):
    driven, rules = drive_with(open_room, Listed([Action.LEFT] * 1000), episode(way=((3.0, 1.0),)))
    scored = score(driven.trace, rules.protocol)
    assert (scored["NE"] < 3, scored["OSR"], scored["SR"], scored["steps"]) == (True, 1, 0, 500)


def test_walls_are_felt(open_room):
    agent = Listed([Action.FORWARD] * 20)
    driven, rules = drive_with(open_room, agent, episode((6.0, 1.0), 0.0, ((7.0, 1.0),)), "rxr_ce")
    free = (8.0 - 6.0 - rules.protocol.radius) / 0.25
    assert driven.collided[: int(free) - 1].sum() == 0
    assert driven.collided[int(free) + 1 :].all()
    assert driven.track[-1, 0] < 8.0 - rules.protocol.radius + 0.01


def test_a_continuous_path_is_followed(open_room):
    path = np.column_stack([np.linspace(0.1, 3.0, 30), np.zeros(30)])
    follow = Follow(path, np.zeros(3))
    driven, rules = drive_with(open_room, Listed([follow] * 6), episode())
    assert set(driven.actions) == {FOLLOWED}
    length = rules.path_periods * rules.motion.period * rules.motion.max_speed
    np.testing.assert_allclose(driven.track[:, 0], 1 + length * np.arange(7), atol=1e-6)


@pytest.mark.parametrize("agent", [RandomActions, ForwardOnly])
def test_baselines_draw_by_the_seed(open_room, agent):
    asked = episode((4.0, 2.0), 0.0, ((6.0, 2.0),))
    runs = [drive_with(open_room, agent(), asked, seed=seed)[0] for seed in (1, 1, 2)]
    assert runs[0].actions.tolist() == runs[1].actions.tolist() != runs[2].actions.tolist()
    np.testing.assert_array_equal(runs[0].track, runs[1].track)


def test_forward_only_walks_a_leg_and_stops(open_room):
    driven, _ = drive_with(open_room, ForwardOnly(), episode())
    assert (driven.actions == Action.FORWARD).sum() == 37
    assert driven.stopped


def test_an_episode_without_a_way_is_told(open_room):
    with pytest.raises(DataError, match="no way leads"):
        drive_with(open_room, ShortestWay(), episode(way=((6.0, 60.0),)))
