"""InternNav's agent routes: its clients' requests, sessions apart, and bodies that nobody meant."""

import base64
import os
import pickle

import httpx
import numpy as np
import pytest
from internnav_client import packed, told
from running import running
from scripted import GO, Scripted, Straight, dual

from vln_pipeline.serving.agent_session import AgentSession
from vln_pipeline.serving.agents import AgentContract
from vln_pipeline.serving.app import application
from vln_pipeline.serving.config import ServeConfig

RGB = np.full((12, 16, 3), 90, np.uint8)
DEPTH = np.full((12, 16), 2.0, np.float32)
CONFIG = ServeConfig(deadline=300.0, pixels=1000)
INIT = {"agent_config": {"model_name": "internvla_n1", "ckpt_path": "", "model_settings": {}}}


def serving(*texts, most=10**6, config=CONFIG):
    def make(seed):
        return AgentSession(dual(Scripted(*texts), Straight()), most, seed)

    return running(application(lambda metrics, worker: AgentContract(make, config, metrics, worker), config, {}))


def body(instruction="Go.", **changes):
    return {"observation": packed(told(RGB, DEPTH, instruction) | changes)}


def acted(client, name="internvla_n1", **changes):
    answer = client.post(f"/agent/{name}/step", json=body(**changes))
    assert answer.status_code == 200, answer.text
    return answer.json()["action"][0]["action"][0]


def test_a_robot_that_is_to_look_down_stands_still_and_is_seen_again():
    with serving("←", *GO, "STOP") as url, httpx.Client(base_url=url, timeout=300) as client:
        assert client.post("/agent/init", json=INIT).json() == {"status": "success", "agent_name": "internvla_n1"}
        # Twice still for the look-down views of both questions, then a turn, and steps along the straight path.
        assert [acted(client) for _ in range(8)] == [-1, 2, -1, 1, 1, 1, 1, -1]
        assert [acted(client) for _ in range(5)] == [1, 1, 1, 1, -1]
        assert [acted(client), acted(client)] == [0, 0]


def test_robots_that_are_told_apart_do_not_share_an_agent():
    with serving("←←→→") as url, httpx.Client(base_url=url, timeout=300) as client:
        names = [
            client.post("/agent/init", json=INIT, headers={"X-Robot": robot}).json()["agent_name"]
            for robot in ("a", "b")
        ]
        assert names == ["internvla_n1.a", "internvla_n1.b"]
        assert [acted(client, name) for name in (names[0], names[0], names[1], names[0])] == [-1, 2, -1, 2]
        assert client.post(f"/agent/{names[0]}/reset", json={"reset_index": [0]}).json() == {"status": "success"}
        assert acted(client, names[0]) == -1
        counts = client.get("/metrics").text
        assert 'route="/agent/{name}/step",status="200"' in counts
        assert "vln_robots 2.0" in counts


def test_other_words_begin_another_episode():
    with serving("STOP") as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/agent/init", json=INIT)
        assert [acted(client), acted(client), acted(client)] == [-1, 0, 0]
        assert [acted(client, instruction="Come back."), acted(client, instruction="Come back.")] == [-1, 0]


@pytest.mark.parametrize(
    ("path", "content", "status", "cause"),
    [
        ("/agent/nobody/step", body(), 404, "post /agent/init first"),
        ("/agent/nobody/reset", {}, 404, "post /agent/init first"),
        ("/agent/init", {"agent_config": {"model_name": "../up"}}, 422, "init.agent_config.model_name"),
        ("/agent/init", {}, 422, "init.agent_config"),
        ("/agent/internvla_n1/step", {}, 422, "step.observation"),
        ("/agent/internvla_n1/step", {"observation": "!"}, 422, "cannot be read as plain data"),
        ("/agent/internvla_n1/step", body(rgb=np.zeros((40, 40, 3), np.uint8)), 413, "more than 1000 pixels"),
        ("/agent/internvla_n1/reset", {"seed": -1}, 422, "reset.seed"),
    ],
)
def test_a_request_that_is_not_the_contracts_is_refused_by_name(path, content, status, cause):
    with serving("←") as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/agent/init", json=INIT)
        answer = client.post(path, json=content)
        assert answer.status_code == status
        assert cause in answer.json()["error"]


class Evil:
    def __reduce__(self):
        return os.mkdir, ("made_by_a_server",)


def test_hostile_and_damaged_bodies_are_the_clients_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(8)
    whole = pickle.dumps([told(RGB, DEPTH, "Go.")], 4)
    hostile = [Evil(), [Evil()], [{"rgb": Evil()}], [told(RGB, DEPTH, "Go.") | {"extra": Evil()}], 7, [], {}]
    with serving("←") as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/agent/init", json=INIT)

        def status(raw):
            encoded = base64.b64encode(raw).decode()
            return client.post("/agent/internvla_n1/step", json={"observation": encoded}).status_code

        assert {status(pickle.dumps(thing, protocol)) for thing in hostile for protocol in (3, 4, 5)} == {422}
        statuses = set()
        for number in range(250):
            raw = bytearray(whole[: draw.integers(len(whole))] if number % 3 == 0 else whole)
            for at in draw.integers(max(len(raw), 1), size=4):
                raw[at : at + 1] = draw.bytes(1)
            statuses.add(status(bytes(raw)))
        assert statuses <= {200, 413, 422}
        assert 422 in statuses
        client.post("/agent/internvla_n1/reset", json={})
        assert acted(client) == -1
    assert not list(tmp_path.iterdir())


def test_an_episode_has_an_end():
    with serving("←", most=2 * RGB.nbytes) as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/agent/init", json=INIT)
        assert [acted(client) for _ in range(4)] == [-1, 2, -1, 2]
        answer = client.post("/agent/internvla_n1/step", json=body())
        assert (answer.status_code, "send reset" in answer.json()["error"]) == (409, True)
        client.post("/agent/internvla_n1/reset", json={})
        assert acted(client) == -1
