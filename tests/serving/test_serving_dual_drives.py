"""Both systems behind this project's own server drive as they do in process, episode by episode."""

import httpx
import numpy as np
import pytest
import torch
from internnav_client import AgentClient
from measured_world import MeasuredWorld
from running import running
from scripted import GO, WIDTH, Scripted
from wide_room import episode, wide_room

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.config import DualConfig, ServerConfig
from vln_pipeline.evaluation.vln.agents.dual import DualAgent
from vln_pipeline.evaluation.vln.agents.entrant import Entrant
from vln_pipeline.evaluation.vln.agents.eval_dual import EvalDualAgent
from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.evaluation.vln.agents.open_agent import open_agent
from vln_pipeline.evaluation.vln.episode import DEFINITION, EpisodeSet
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rollout import drive_scene
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.models.bridge.build import build
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.serving.agent_session import AgentSession
from vln_pipeline.serving.agents import AgentContract
from vln_pipeline.serving.app import Several, application
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.dual_session import DualRules, DualSession
from vln_pipeline.serving.images import read_depth
from vln_pipeline.serving.internnav import InternNavContract

torch.set_num_threads(1)
SHOWN = DialogueConfig(history=2)
CONFIG = ServeConfig(deadline=300.0, frames=100)
RULES = DualRules(gap=3, frames=CONFIG.frames, pixels=CONFIG.pixels, episode_bytes=CONFIG.episode_bytes)
ROOM_RULES = Rules(PROTOCOLS["internnav"], scale=0.1)
SMALL = {
    "predict_size": 12, "vit": {"image_size": 28, "position_grid": 2, "width": 16, "depth": 1, "heads": 2},
    "token_dim": 16, "queries_per_frame": 3, "former_layers": 1, "former_feedforward": 32, "decoder_depth": 2,
    "heads": 2, "feedforward": 32, "plan_positions": 10, "plan_dim": WIDTH,
}  # fmt: skip


def system1():
    """Return a small System 1 with every weight drawn anew, so that what it sees and is drawn counts."""
    torch.manual_seed(3)
    network = build(BridgeConfig(system1="navdp_async", navdp_async=SMALL))
    with torch.no_grad():
        for weight in network.parameters():
            weight += 0.1 * torch.randn_like(weight)
    return network.eval()


NETWORK = system1()
SCRIPT = ["←", *GO, "→→", *GO, "STOP"]


class Anew(Scripted):
    """Begins its script anew with each episode."""

    def reset(self):
        self.texts = list(SCRIPT)


class Ahead(LatentFollower):
    """Adds a way straight on to what the network says, which with its drawn weights turns on the spot."""

    def path(self, goal, now):
        path = super().path(goal, now)
        return 0.2 * path + np.outer(np.arange(1, len(path) + 1), (0.2, 0.0))


def systems():
    navigator = Navigator(Anew(*SCRIPT), Dialogue(load_prompts(None)), 1, 1)
    return navigator, Ahead(NETWORK, 28, 12, 4, once=False)


def session(instruction, seed):
    return DualSession(*systems(), SHOWN, RULES, instruction, seed)


def agent():
    return DualAgent(*systems(), DualConfig(samples=4), SHOWN)


class Here:
    """Sessions in this process."""

    def begin(self, instruction, seed):
        self._session = session(instruction, seed)

    def step(self, image, depth):
        return self._session.step(image[1], read_depth(depth[1], "depth", CONFIG.pixels))

    def fault(self, cause):
        return DataError("here", cause)

    def close(self):
        pass


@pytest.fixture(scope="module")
def url():
    app = application(
        lambda metrics, worker: Several(
            InternNavContract(session, "", CONFIG, metrics, worker),
            AgentContract(lambda seed: AgentSession(agent(), 10**8, seed), CONFIG, metrics, worker),
        ),
        CONFIG,
        {},
    )
    with running(app) as url:
        yield url


@pytest.fixture
def driven(tmp_path):
    """Return a function that drives two episodes with an agent."""
    rules = ROOM_RULES
    world = MeasuredWorld(BuiltinWorld(lambda _: wide_room(), WorldConfig(body=rules.body), seed=0, cache=tmp_path))
    world.load("wide_room")
    asked = EpisodeSet(
        "wide_room", DEFINITION, (episode(), episode((2.0, 5.0), 0.5, ((2.0, 1.5), (6.0, 1.5)), "walk_01"))
    )

    def drive(agent):
        try:
            return drive_scene(world, asked, "dual", agent, rules, 7).drives
        finally:
            agent.close()

    return drive


def same(here, there):
    for one, other in zip(here, there, strict=True):
        assert len(one.actions) > 5
        assert np.ptp(one.track[:, :2], axis=0).max() > 0.2
        np.testing.assert_array_equal(one.track, other.track)
        np.testing.assert_array_equal(one.actions, other.actions)
        assert (one.stopped, one.looks) == (other.stopped, other.looks)
    assert not np.array_equal(here[0].actions, here[1].actions)


@pytest.mark.parametrize("motion", ["discrete", "continuous"])
def test_episodes_through_eval_dual_are_those_in_process(url, driven, motion):
    config = ServerConfig(name="served", url=url, motion=motion, replan=4, lossless=True)
    here = driven(EvalDualAgent(Here(), config))
    there = driven(open_agent(Entrant("dual", "server", config), None, None, ROOM_RULES, 1))
    if motion == "continuous":
        for one, other in zip(here, there, strict=True):
            assert np.ptp(one.track[:, :2], axis=0).max() > 0.1
            np.testing.assert_array_equal(one.track, other.track)
    else:
        same(here, there)
    assert [len(drive.intents) for drive in here] == [len(drive.intents) for drive in there]


def test_episodes_through_the_agent_routes_are_those_in_process(url, driven):
    with httpx.Client(base_url=url, timeout=300) as client:
        there = driven(AgentClient(client))
    here = driven(agent())
    same(here, there)
