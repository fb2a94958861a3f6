"""What a server does not let happen: strangers, endless requests, more robots than it has room for."""

import asyncio
import socket
import time

import httpx
import numpy as np
import pytest
from malformed import malformed
from pydantic import ValidationError
from running import navdp_app, running
from test_serving_navdp import DEPTHS, INTRINSIC, POINT, VIEWS, sent

from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.sessions import Sessions
from vln_pipeline.serving.worker import Worker

RESET = {"intrinsic": INTRINSIC}


def test_without_the_token_only_the_state_is_told(network):
    with running(navdp_app(network, token="open sesame")) as url, httpx.Client(base_url=url, timeout=300) as client:
        assert client.get("/health").status_code == 200
        for headers in ({}, {"Authorization": "Bearer open"}, {"Authorization": "open sesame"}):
            answer = client.post("/navigator_reset", json=RESET, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (401, "the token is missing or wrong")
        right = {"Authorization": "Bearer open sesame"}
        assert client.post("/navigator_reset", json=RESET, headers=right).status_code == 200
        assert client.get("/metrics", headers=right).status_code == 200


def test_others_are_let_in_only_with_a_token():
    with pytest.raises(ValidationError, match="can be reached by others; give a token file"):
        ServeConfig(host="0.0.0.0")
    assert "sesame" not in repr(ServeConfig(host="0.0.0.0", token="sesame"))


def test_a_request_that_is_too_large_is_cut_off(network):
    with (
        running(navdp_app(network, largest=2000, pixels=1000)) as url,
        httpx.Client(base_url=url, timeout=300) as client,
    ):
        client.post("/navigator_reset", json=RESET)
        assert client.post("/nogoal_step", content=b"x" * 2001).status_code == 413
        header = {"content-type": "multipart/form-data; boundary=b"}
        part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        endless = client.post(
            "/nogoal_step", content=(part + b"x" * 500 for part in (part, *[b""] * 4)), headers=header
        )
        assert endless.status_code == 413
        small = np.zeros((36, 48), np.uint16)
        answer = client.post("/nogoal_step", **sent([np.zeros((36, 48, 3), np.uint8)], [small], None))
        assert (answer.status_code, answer.json()["error"]) == (413, "image has more than 1000 pixels")


def test_a_client_that_drips_is_let_go_at_the_deadline(network):
    with running(navdp_app(network, deadline=1.0)) as url:
        port = int(url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
            link.sendall(b"POST /navigator_reset HTTP/1.1\r\nHost: here\r\nContent-Length: 900\r\n\r\n{")
            begun = time.monotonic()
            answer = link.recv(1000)
            assert 0.5 < time.monotonic() - begun < 20
            assert answer.startswith(b"HTTP/1.1 408")


def test_robots_beyond_the_room_are_turned_away_until_one_is_idle():
    now = [0.0]
    sessions = Sessions(2, 60.0, lambda: now[0])
    sessions.open("a", 1)
    sessions.open("b", 2)
    now[0] = 50.0
    assert sessions.of("a", "") == 1
    with pytest.raises(RefusedRequestError) as refused:
        sessions.open("c", 3)
    assert refused.value.status == 503
    now[0] = 70.0
    sessions.open("c", 3)
    assert (len(sessions), sessions.of("a", ""), sessions.of("c", "")) == (2, 1, 3)
    with pytest.raises(RefusedRequestError, match="no session; reset"):
        sessions.of("b", "reset")


def test_more_requests_than_may_wait_are_refused_at_once():
    worker = Worker(2, Metrics())

    async def ask():
        slow = [asyncio.create_task(worker.run(lambda: time.sleep(0.2) or "done")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(RefusedRequestError, match="waiting already"):
            await worker.run(lambda: "never")
        return await asyncio.gather(*slow)

    assert asyncio.run(ask()) == ["done", "done"]
    worker.close()


def test_five_hundred_malformed_requests_are_the_clients_fault(network):
    """Bodies, forms and images damaged at random: 4xx each time, and the server answers a sound request after them."""
    with running(navdp_app(network)) as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/navigator_reset", json=RESET)
        statuses = [client.post(path, **content).status_code for path, content in malformed(500, seed=8)]
        assert {400, 422} <= {*statuses}
        assert all(400 <= status < 500 for status in statuses), statuses
        client.post("/navigator_reset", json=RESET)
        assert client.post("/pointgoal_step", **sent([VIEWS[0]], [DEPTHS[0]], POINT)).status_code == 200
