"""InternNav's contract for robots: what System 2 and System 1 decide, in its words."""

import json

import cv2
import httpx
import numpy as np
import pytest
from running import running
from scripted import Network, Scripted

from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.serving.app import application
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.dual_session import DualRules, DualSession
from vln_pipeline.serving.internnav import InternNavContract

RGB = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 255, (48, 64, 3), dtype=np.uint8), (5, 5), 0)
DEPTH = np.full((48, 64), 21000, np.uint16)


def serving(planner, network=None, instruction="Go to the sofa.", gap=2, frames=9, episode_bytes=10**6):
    """Return an application in which every robot has the scripted systems."""
    config, shown = ServeConfig(frames=frames), DialogueConfig(history=2)
    rules = DualRules(gap, config.frames, config.pixels, episode_bytes)

    def begin(told, seed):
        navigator = Navigator(planner, Dialogue(load_prompts(None)), 1, 1)
        follower = LatentFollower(network or Network(), 28, 32, 4, once=False)
        return DualSession(navigator, follower, shown, rules, told, seed)

    return application(
        lambda metrics, worker: InternNavContract(begin, instruction, config, metrics, worker), config, {}
    )


def ask(client, depth=DEPTH, robot="", **told):
    files = {
        "image": ("image", cv2.imencode(".jpg", RGB)[1].tobytes(), "image/jpeg"),
        "depth": ("depth", cv2.imencode(".png", depth)[1].tobytes(), "image/png"),
    }
    return client.post("/eval_dual", files=files, data={"json": json.dumps(told)}, headers={"X-Robot": robot})


@pytest.fixture
def talk():
    """Return a function that opens a client of scripted systems."""
    opened = []

    def open_(*args, **kwargs):
        server = running(serving(*args, **kwargs))
        opened.append((httpx.Client(base_url=server.__enter__(), timeout=300), server))
        return opened[-1][0]

    yield open_
    for client, server in opened:
        client.close()
        server.__exit__(None, None, None)


def test_a_pixel_goal_is_followed_until_system_2_is_asked_again(talk):
    planner, network = Scripted("↓", "320 240", "←←", "STOP"), Network()
    client = talk(planner, network)
    first = ask(client, reset=True, idx=0).json()
    assert np.shape(first["trajectory"]) == (33, 2)
    np.testing.assert_allclose(first["trajectory"], np.column_stack([np.arange(33) * 0.1, np.zeros(33)]), atol=1e-6)
    # The goal is the centre of an image of 640 x 480; row and column of the robot's image are told.
    np.testing.assert_allclose(first["pixel_goal"], (24, 32), atol=0.5)
    for number in (1, 2):
        assert ask(client, idx=number).json().keys() == {"trajectory"}
    _, images, depths, _ = network.given[-1]
    assert images.shape == (1, 2, 3, 28, 28)
    np.testing.assert_allclose(depths.numpy(), 2.1, atol=1e-4)
    assert ask(client, idx=3).json() == {"discrete_action": [2, 2]}
    assert len(planner.asked[-1].views) == 3  # two earlier ones and the current one
    assert ask(client, idx=4).json() == {"discrete_action": [0]}


def test_words_that_mean_nothing_move_nothing(talk):
    assert ask(talk(Scripted("I see a sofa.")), reset=True).json() == {"discrete_action": []}


def test_the_instruction_comes_with_the_reset_or_from_the_server(talk):
    planner = Scripted("STOP")
    client = talk(planner)
    ask(client, reset=True)
    ask(client, reset=True, instruction="Walk to the bed.")
    told = ["".join(str(part) for message in asked.messages for part in message.parts) for asked in planner.asked]
    assert "Go to the sofa." in told[0]
    assert "Walk to the bed." in told[1]
    refused = ask(talk(planner, instruction=""), reset=True)
    assert (refused.status_code, refused.json()["error"].split(":")[0]) == (422, "json.instruction")


def test_an_episode_begins_with_a_reset_and_has_an_end(talk):
    client = talk(Scripted("←"), frames=3)
    assert ask(client, robot="b").status_code == 409
    assert [ask(client, reset=number == 0, robot="a").status_code for number in range(4)] == [200, 200, 200, 409]
    assert ask(client, reset=True, robot="a").status_code == 200
    assert ask(client, depth=DEPTH[1:], robot="a").status_code == 422


def test_an_episodes_images_have_a_size(talk):
    """Two thousand images of any size were kept for each robot, up to 30 GB."""
    one = len(cv2.imencode(".jpg", RGB)[1])
    client = talk(Scripted("←"), frames=99, episode_bytes=2 * one)
    assert [ask(client, reset=number == 0).status_code for number in range(2)] == [200, 200]
    answer = ask(client)
    assert (answer.status_code, "send reset" in answer.json()["error"]) == (409, True)
    assert ask(client, reset=True).status_code == 200
