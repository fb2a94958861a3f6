"""Parameters that make no sense stop the run before it starts."""

import pytest
from profiles import profiles
from pydantic import ValidationError

from vln_pipeline.embodiments.config import VlnpeConfig

ROBOTS = tuple(profiles().values())


def test_the_profiles_are_those_of_vln_pe():
    assert [robot.name for robot in ROBOTS] == ["h1", "g1", "aliengo", "jetbot"]
    assert all(robot.balance.max_roll == 15 and robot.balance.max_pitch == 35 for robot in ROBOTS)
    assert ROBOTS[0].balance.min_height == 0.5
    assert all((robot.motion.forward, robot.motion.turn) == (0.25, 15) for robot in ROBOTS)


def test_a_command_can_be_carried_out_in_its_time():
    """No limit is lower than the speed that an action asks for."""
    for robot in ROBOTS:
        time = robot.control.periods * robot.motion.period
        assert robot.motion.max_speed * time > robot.motion.forward
        assert robot.motion.max_turn_rate * time > 0.2618


def test_robots_walk_in_the_order_of_their_profiles():
    config = VlnpeConfig(embodiments=ROBOTS, robots=("jetbot", "h1"))
    assert [robot.name for robot in config.walkers] == ["h1", "jetbot"]
    assert VlnpeConfig(embodiments=ROBOTS).walkers == ROBOTS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"embodiments": (ROBOTS[0], ROBOTS[0])}, "share a name"),
        ({"robots": ["h2"]}, "h2 is none of h1"),
        ({"esdf": {"radius": 0.3}}, "esdf.radius follows from the embodiments"),
        ({"rendering": {"rigs": [ROBOTS[0].rig(1.0)]}}, "rigs follow"),
        ({"export": {"dialects": ["vln_n1"]}}, "discrete actions only"),
        ({"embodiment": []}, "Extra inputs"),
    ],
)
def test_contradictions_are_refused(changes, said):
    with pytest.raises(ValidationError, match=said):
        VlnpeConfig.model_validate({"embodiments": ROBOTS} | changes)
