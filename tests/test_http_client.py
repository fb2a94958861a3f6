"""The case "drip": a server of one byte a second outlived every time-out, because those of HTTP libraries are per read.

A client with a time-out of 3 s still waited after 30 s.
"""

import time
from contextlib import closing

import numpy as np
import pytest

import hostile_server
from hostile_server import misbehaving
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.agents.config import ServerConfig
from vln_pipeline.evaluation.system1.agents.navdp_server import NavdpServer
from vln_pipeline.evaluation.system1.config import DriveConfig
from vln_pipeline.http_client import HttpClient
from vln_pipeline.labelling.config import OpenaiConfig, ServedModel
from vln_pipeline.labelling.question import Question
from vln_pipeline.labelling.usage import UsageRecord
from vln_pipeline.labelling.vlm_openai import OpenaiModel

SLOW = ["drip_headers", "drip_body", "drip_chunks", "silence"]


def post(behaviour, **content):
    with (
        misbehaving(getattr(hostile_server, behaviour)) as url,
        closing(HttpClient(largest=1 << 20)) as client,
    ):
        started = time.monotonic()
        try:
            return client.post(url, 0.5, **content)
        finally:
            assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("behaviour", SLOW)
def test_a_slow_server_is_left_at_the_deadline(behaviour):
    with pytest.raises(TimeoutError):
        post(behaviour, json={})


def test_a_server_that_reads_nothing_is_left_at_the_deadline():
    with pytest.raises(TimeoutError):
        post("never_read", data={"field": "x" * 50_000_000})


def test_a_server_that_does_not_accept_is_left_at_the_deadline():
    # 192.0.2.0/24 is reserved for documentation (RFC 5737): nobody answers, or the network refuses at once.
    with closing(HttpClient(largest=1)) as client:
        started = time.monotonic()
        with pytest.raises(OSError):
            client.post("http://192.0.2.1:9/", 0.5)
        assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("behaviour", ["endless_body", "packed"])
def test_an_answer_too_large_or_packed_is_not_read(behaviour):
    with pytest.raises(ValueError, match=r"more than 1048576 bytes|packed answer \(gzip, gzip\)"):
        post(behaviour, json={})


@pytest.mark.parametrize("behaviour", ["endless_headers", "huge_promise"])
def test_an_answer_that_breaks_the_protocol_is_a_broken_connection(behaviour):
    with pytest.raises((ConnectionError, TimeoutError)):
        post(behaviour, json={})


def test_json_nested_too_deeply_is_no_crash():
    with pytest.raises(ValueError, match="JSON"):
        post("nested", json={}).json()


def test_a_redirect_is_not_followed():
    assert post("moved", json={}).status == 307


@pytest.mark.parametrize("behaviour", [*SLOW, "never_read"])
def test_the_timeout_of_a_served_policy_is_that_of_the_whole_answer(behaviour):
    with misbehaving(getattr(hostile_server, behaviour)) as url:
        planner = NavdpServer(ServerConfig(name="served", url=url, timeout=0.5))
        started = time.monotonic()
        with closing(planner), pytest.raises(DataError, match=r"no answer within 0\.5 s"):
            planner.reset(DriveConfig().eye.setting(), 3)
        assert time.monotonic() - started < 2.0


@pytest.mark.parametrize("behaviour", SLOW)
def test_the_timeout_of_a_served_labeller_counts_attempts_and_waits(behaviour, tmp_path):
    with misbehaving(getattr(hostile_server, behaviour)) as url:
        config = OpenaiConfig(base_url=f"{url}/v1", timeout=1.0, attempt_timeout=0.3, backoff=0.1, retries=20)
        model = OpenaiModel(config, ServedModel(name="m"), UsageRecord(tmp_path / "usage.jsonl"), seed=7)
        started = time.monotonic()
        with closing(model), pytest.raises(DataError, match=r"no answer within .* s, [2-4] times within timeout=1 s"):
            list(model.answer([Question("How?", "How?", (np.zeros((8, 8, 3), np.uint8),))]))
        assert time.monotonic() - started < 2.5
