"""A network behind this project's own server drives as it does in process."""

from dataclasses import replace

import numpy as np
import pytest
from measured_world import MeasuredWorld
from running import navdp_app, running
from walled_rooms import empty_room, point_episode, set_of

from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.agents.config import ServerConfig
from vln_pipeline.evaluation.system1.agents.entrant import Entrant
from vln_pipeline.evaluation.system1.agents.open_team import open_team
from vln_pipeline.evaluation.system1.agents.team import Truth
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.rollout import drive_scene
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.models.navdp.checkpoint import save
from vln_pipeline.models.navdp.policy_config import PolicyConfig


@pytest.mark.parametrize("policy", [PolicyConfig(samples=4), PolicyConfig(samples=4, keep_path=True, avoidance={})])
def test_episodes_through_the_server_are_those_in_process(network, tmp_path, policy):
    """To the last bit, for every kind of goal, where depth is measured in the units that it is sent in."""
    config = DriveConfig(time_limit=2.4)
    world = BuiltinWorld(lambda _: empty_room(), config.world, seed=0, cache=tmp_path)
    world.load("empty_room")
    truth = Truth(MeasuredWorld(world), empty_room()[1])
    save(network, tmp_path / "best")
    kinds = (GoalKind.POINT, GoalKind.PIXEL, GoalKind.IMAGE, GoalKind.NONE)
    asked = [point_episode(truth.nav, (2.0, 3.0), 0.2, (5.5, 3.0), f"{kind}_00", kind) for kind in kinds]
    asked[-1] = replace(asked[-1], target=None)

    def driven(settings, checkpoint):
        team = open_team(Entrant("navdp", settings), checkpoint, 1)
        try:
            episodes = set_of(truth.nav, *asked)
            return drive_scene(truth, episodes, "navdp", team, config, recovers=False, seed=7).drives
        finally:
            team.close()

    here = driven(policy.model_copy(update={"stop_threshold": -3.0}), tmp_path / "best")
    with running(navdp_app(network, policy)) as url:
        there = driven(ServerConfig(name="served", url=url, lossless=True, timeout=600), None)
    assert [drive.episode.kind for drive in there] == [*kinds]
    for one, other in zip(here, there, strict=True):
        assert one.ending == other.ending
        assert np.ptp(one.track[:, :2], axis=0).max() > 0.05 or np.ptp(one.track[:, 3]) > 0.1
        np.testing.assert_array_equal(one.track, other.track)
