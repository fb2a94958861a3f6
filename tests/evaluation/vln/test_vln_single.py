"""Single systems at the wheel, with small random networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from wide_room import episode

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig
from vln_pipeline.evaluation.vln.agents.entrant import entrants
from vln_pipeline.evaluation.vln.agents.open_agent import open_agent
from vln_pipeline.evaluation.vln.agents.rdp_agent import RdpAgent
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rollout import drive
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system import checkpoint
from vln_pipeline.models.single_system.observation import frames_of, squashed_depth, squashed_rgb
from vln_pipeline.models.single_system.words import open_words
from vln_pipeline.models.single_system.words_config import WordsConfig
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

WORDS = "Walk past the sofa and stop at the door."
DEPTH = {"size": 32, "planes": 4, "blocks": [1], "groups": 2, "flat": 64, "output": 8}
ACTION = {
    "instruction": {"embedding": 8, "hidden": 8},
    "rgb": {"size": 32, "planes": 4, "blocks": [1], "norm": "group", "groups": 2, "output": 8},
    "depth": DEPTH,
    "state": 16,
}
NETWORKS = {
    "seq2seq": (Seq2Seq, ACTION | {"previous_action": True}),
    "cma": (Cma, ACTION),
    "rdp": (
        Rdp,
        {
            "width": 32,
            "text": {"length": 40, "layers": 1, "heads": 2},
            "rgb": {"size": 32, "patch": 8, "width": 16, "layers": 1, "heads": 2},
            "depth": DEPTH,
            "cross_layers": 1,
            "cross_heads": 2,
            "cross_feedforward": 32,
            "decoder_layers": 1,
            "head_width": 16,
            "diffusion_steps": 4,
            "stop_threshold": 0.999,
        },
    ),
}


@pytest.fixture(params=NETWORKS)
def system(request):
    return request.param


@pytest.fixture
def folder(system, tmp_path):
    """Return the folder of a checkpoint."""
    kind, shape = NETWORKS[system]
    torch.manual_seed(0)
    words = open_words(WordsConfig(trained=320))
    network = kind(kind.shape.model_validate(shape), words.size)
    if system != "rdp":
        head = network.action_distribution.linear
        torch.nn.init.normal_(head.weight)  # a will of its own
        head.bias.data[0] = -20.0  # which is not to stop
    checkpoint.save(network, words, tmp_path / "net")
    return tmp_path / "net"


def agent_of(system, folder, **changes):
    config = AgentsConfig(baselines=(), trained=(system,), **changes)
    (entrant,) = entrants(config, [], [], [], {system: ["seed_0"]})
    assert entrant.name == f"{system}.seed_0"
    return open_agent(entrant, None, None, Rules(PROTOCOLS["internnav"]), 1, folder)


def sights(count=12):
    """Return what a robot sees on a way of its own: noise, and a pose that moves on."""
    draw, camera = np.random.default_rng(3), CameraSetting("125cm_0deg", 1.25, 0.0, Intrinsics.from_fov(40, 30, 79))
    return [
        Observation(
            rgb=draw.integers(0, 256, (30, 40, 3), dtype=np.uint8),
            depth=(9 * draw.random((30, 40))).astype(np.float32),
            camera=camera,
            pose=np.array([0.1 * step, 0.0, 0.2 * step]),
            time=float(step),
        )
        for step in range(count)
    ]


def followed(agent, count=12):
    """Return the actions of an episode, up to STOP."""
    agent.reset(Task(WORDS, MotionConfig(), seed=1), None)
    actions = []
    for sight in sights(count):
        actions.append(agent.step(sight))
        if actions[-1] is Action.STOP:
            break
    return actions


def test_an_episode_is_followed_alike_again_and_after_another(system, folder):
    """A state that was kept from the episode before steered the next one. Each episode begins anew."""
    agent = agent_of(system, folder)
    first, again = followed(agent), followed(agent)
    assert first == again == followed(agent_of(system, folder))
    assert len(first) > 1
    assert [call.model for call in agent.calls] == ["system1"] * len(first)


def test_step_by_step_is_what_the_whole_walk_gives(system, folder):
    """An agent was told its last action one step late. Following gives what a walk in one piece gives."""
    if system == "rdp":
        pytest.skip("its draws are its own; see the next test")
    network, words = checkpoint.load(folder, NETWORKS[system][0])
    actions = followed(agent_of(system, folder))
    seen = sights()[: len(actions)]
    frames = frames_of([squashed_rgb(o.rgb, 32) for o in seen], [squashed_depth(o.depth, 32, 10.0) for o in seen])
    numbers = torch.tensor([words.numbers(WORDS, network.config.shown.words)])
    previous = torch.tensor([0, *[int(action) + 1 for action in actions[:-1]]])
    with torch.no_grad():
        whole = network(frames, (len(actions),), numbers, previous)
    assert whole.logits.argmax(dim=1).tolist() == actions


def test_an_rdp_is_told_its_own_motion(tmp_path):
    kind, shape = NETWORKS["rdp"]
    agent = RdpAgent(kind(kind.shape.model_validate(shape), 320).eval(), open_words(WordsConfig(trained=320)))
    agent._poses = []
    start = agent._moved(np.array([0.0, 0, 0]))
    assert not start.back.any()
    ahead = agent._moved(np.array([0.25, 0, 0]))
    np.testing.assert_allclose(ahead.back[0, 0], [-1, 0, 0], atol=1e-6)
    turned = agent._moved(np.array([0.25, 0, 0.27]))
    np.testing.assert_allclose(turned.back[0, 0], [0, 0, -1], atol=1e-6)
    np.testing.assert_allclose(turned.odometry[0], [0.25, 0, 0.27], atol=1e-6)


def test_actions_are_drawn_where_that_is_asked_for(system, folder):
    if system == "rdp":
        pytest.skip("it draws its moves")
    likely, drawn = (followed(agent_of(system, folder, draw_actions=draws)) for draws in (False, True))
    assert likely != drawn


@pytest.mark.slow
def test_an_episode_is_driven_in_the_world(open_room, system, folder):
    world, rules = open_room()
    rules = replace(rules, protocol=replace(rules.protocol, max_steps=6))
    way = episode((1.0, 1.0), 0.0, ((6.0, 1.0),))
    told = drive(world, "wide_room", way, "a", agent_of(system, folder), rules, 1)
    assert len(told.calls) == len(told.actions) + told.stopped


def test_networks_that_are_not_there_or_of_another_system_are_told(system, folder):
    config = AgentsConfig(trained=(system,))
    with pytest.raises(DataError, match=f"run train_{system} first"):
        entrants(config, [], [], [], {})
    other = next(name for name in NETWORKS if name != system)
    with pytest.raises(DataError, match=f"is of the system {system}, not {other}"):
        agent_of(other, folder)
