import base64
import json
import logging
import time
from email.utils import formatdate

import cv2
import numpy as np
import pytest
from chat_server import GOOD, serving
from drawn_footage import film, flat, walk_of
from drawn_path import legs

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.config import LabellingConfig, OpenaiConfig, ServedModel
from vln_pipeline.labelling.label import label_footage
from vln_pipeline.labelling.question import Question
from vln_pipeline.labelling.usage import UsageRecord
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.vlm_openai import OpenaiModel

MODEL = ServedModel(name="some/model", price_prompt=0.5, price_completion=2.0)
TEXT = GOOD["choices"][0]["message"]["content"]
ASK = Question("How?", "How?")


def settings(url, **more):
    return {"base_url": url, "backoff": 0.01, "max_backoff": 1.0, "timeout": 5.0, "retries": 3, **more}


def ask(server, tmp_path, question=ASK, **more):
    record = UsageRecord(tmp_path / "usage.jsonl")
    model = OpenaiModel(OpenaiConfig(**settings(server.url, **more)), MODEL, record, seed=7)
    try:
        (answer,) = model.answer([question])
    finally:
        model.close()
    return answer


def usage(tmp_path):
    return [json.loads(line) for line in (tmp_path / "usage.jsonl").read_text().splitlines()]


def test_a_request_follows_the_protocol(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "secret-123")
    image = np.zeros((8, 12, 3), np.uint8)
    image[..., 0] = 200
    with serving() as server:
        answer = ask(server, tmp_path, Question("{x}", "What is this?", (image,)), api_key_variable="SOME_KEY")
    assert answer == TEXT
    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret-123"
    assert (body["model"], body["temperature"], body["max_tokens"], body["seed"]) == ("some/model", 0.0, 160, 7)
    picture, text = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    prefix, _, data = picture["image_url"]["url"].partition(",")
    assert prefix == "data:image/jpeg;base64"
    seen = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.abs(seen.astype(int) - image).max() < 8


def test_tokens_and_cost_are_recorded_and_the_key_is_not_logged(tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SOME_KEY", "secret-123")
    with serving() as server:
        ask(server, tmp_path, api_key_variable="SOME_KEY")
    (line,) = usage(tmp_path)
    assert (line["prompt_tokens"], line["completion_tokens"], line["attempts"]) == (100, 10, 1)
    assert line["cost"] == pytest.approx(0.1 * 0.5 + 0.01 * 2.0)
    assert "1 requests answered, 110 tokens, cost 0.0700" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_key_no_header_is_sent(tmp_path):
    with serving() as server:
        ask(server, tmp_path)
    assert "Authorization" not in server.requests[0][1]


def test_a_key_variable_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("SOME_KEY", raising=False)
    with serving() as server, pytest.raises(DataError, match="SOME_KEY: the environment variable is not set"):
        ask(server, tmp_path, api_key_variable="SOME_KEY")


@pytest.mark.parametrize(
    "trouble",
    [
        (500, {}, {"error": "boom"}),
        (503, {}, b"busy"),
        (429, {}, b""),
        (200, {}, b"{not json"),
        (200, {}, b"\xff\xfe"),
        (200, {}, {"choices": []}),
        (200, {}, ["no", "object"]),
        (200, {}, {"choices": [{"message": {"content": None}}]}),
        (200, {}, {"choices": [{"message": {"content": "  "}}]}),
    ],
)
def test_trouble_that_passes_is_tried_again(tmp_path, trouble):
    with serving([trouble, trouble]) as server:
        assert ask(server, tmp_path) == TEXT
    assert usage(tmp_path)[0]["attempts"] == len(server.requests) == 3


def test_retry_after_is_honoured_in_seconds(tmp_path):
    with serving([(429, {"Retry-After": "1"}, b"")]) as server:
        assert ask(server, tmp_path) == TEXT
    assert server.times[1] - server.times[0] >= 0.9


def test_retry_after_is_honoured_as_a_date(tmp_path):
    until = int(time.time()) + 2  # such a date has whole seconds
    with serving([(429, {"Retry-After": formatdate(until, usegmt=True)}, b"")]) as server:
        assert ask(server, tmp_path, max_backoff=5) == TEXT
    assert time.time() >= until - 0.1


def test_retry_after_is_bounded(tmp_path):
    with serving([(429, {"Retry-After": "3600"}, b"")]) as server:
        ask(server, tmp_path, max_backoff=0.05)
    assert server.times[1] - server.times[0] < 1.0


def test_waits_grow_and_are_seeded(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr("vln_pipeline.labelling.vlm_openai.time.sleep", waits.append)
    config = OpenaiConfig(**settings("http://127.0.0.1:9/v1", backoff=1.0, max_backoff=60.0, retries=4, timeout=600.0))
    for _ in range(2):
        with pytest.raises(DataError, match="connection failed"):
            list(OpenaiModel(config, MODEL, UsageRecord(tmp_path / "u"), seed=7).answer([ASK]))
    assert waits[:4] == waits[4:]
    assert all(2**i <= wait <= 1.5 * 2**i for i, wait in enumerate(waits[:4]))


def test_a_slow_answer_is_asked_for_again(tmp_path):
    with serving([(200, {}, 1.0)]) as server:
        assert ask(server, tmp_path, attempt_timeout=0.2) == TEXT
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("trouble", "cause"),
    [
        ((500, {}, b""), "HTTP 500, 4 times in a row"),
        ((200, {}, b"{"), "unusable answer .no chat completion., 4 times"),
        ((200, {}, {"choices": [{"message": {"content": ""}}]}), "unusable answer .empty content., 4 times"),
        ((200, {}, 0.6), "no answer within 0.1 s, 4 times"),
    ],
)
def test_trouble_that_stays_is_one_clear_error(tmp_path, trouble, cause):
    with serving([trouble] * 4) as server, pytest.raises(DataError, match=cause):
        ask(server, tmp_path, attempt_timeout=0.1 if isinstance(trouble[2], float) else 5.0)
    assert len(server.requests) == 4


def test_tokens_of_answers_that_are_of_no_use_are_paid_for_too(tmp_path):
    """A server counted tokens for an empty answer, and the record only had those of the answer after it. All attempts
    at a question are in its line, and a question that got no answer of use has one."""
    empty = (200, {}, {**GOOD, "choices": [{"message": {"content": ""}}]})
    with serving([empty]) as server:
        assert ask(server, tmp_path) == TEXT
    with serving([empty] * 4) as server, pytest.raises(DataError, match="empty content"):
        ask(server, tmp_path)
    lines = usage(tmp_path)
    assert [(line["prompt_tokens"], line["completion_tokens"]) for line in lines] == [(200, 20), (400, 40)]
    assert [line["attempts"] for line in lines] == [2, 4]


def test_half_a_sentence_is_no_instruction(tmp_path):
    """An answer that was cut off at max_tokens was taken as it was, without the place to stop at. It is refused at
    once, since the same question gets the same answer."""
    cut = {"choices": [{"message": {"content": "Turn left and walk"}, "finish_reason": "length"}], "usage": {}}
    with (
        serving([(200, {}, cut)]) as server,
        pytest.raises(DataError, match=r"max_tokens=160.*raise labelling\.openai"),
    ):
        ask(server, tmp_path)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "mend"), [(401, "check the key in SOME_KEY"), (404, "base_url"), (400, "check the parameters")]
)
def test_a_refused_request_is_not_repeated_and_hides_the_key(tmp_path, monkeypatch, status, mend):
    monkeypatch.setenv("SOME_KEY", "secret-123")
    refused = (status, {}, {"error": "you sent secret-123"})
    with serving([refused]) as server, pytest.raises(DataError, match=mend) as caught:
        ask(server, tmp_path, api_key_variable="SOME_KEY")
    assert len(server.requests) == 1
    assert "secret" not in str(caught.value)


@pytest.fixture(scope="module")
def corridor(tmp_path_factory):
    path, yaw = legs(2.0)
    walks = [walk_of(path[::20], yaw[::20], number) for number in range(4)]
    return *flat(), walks, film(tmp_path_factory.mktemp("corridor"), [], walks)


def config_of(server, **more):
    model = ServedModel(name="m")
    served = OpenaiConfig(**settings(server.url, captioner=model, writer=model, concurrency=4, **more))
    return LabellingConfig(
        labeller="openai", openai=served, variants=1, clip_frames=2, verify=VerifyConfig(enabled=False)
    )


def test_walks_are_labelled_at_the_same_time_and_in_order(corridor, tmp_path):
    scene, nav, walks, footage = corridor
    with serving() as server:
        server.pause = 0.1
        labelled = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config_of(server), tmp_path, 0)
    assert 1 < server.most_busy <= 4
    assert [labels.trajectory for labels in labelled.kept] == [walk.id for walk in walks]
    assert {labels.sum_instruction for labels in labelled.kept} == {TEXT}
    prompt = server.requests[0][2]["messages"][0]["content"]
    assert sum(part["type"] == "image_url" for part in prompt) == 2
    assert "it moves 1.5 metres forward, then it stops." in prompt[-1]["text"]


def test_a_second_run_asks_nothing(corridor, tmp_path):
    scene, nav, walks, footage = corridor
    with serving() as server:
        first = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config_of(server), tmp_path, 0)
        asked = len(server.requests)
        assert label_footage(scene.rooms, lambda: scene, nav, walks, footage, config_of(server), tmp_path, 0) == first
        assert len(server.requests) == asked > 0


def test_one_walk_without_an_answer_does_not_stop_the_others(corridor, tmp_path):
    scene, nav, walks, footage = corridor
    garbage = {"choices": [{"message": {"content": "\ufffd\ufffd 0101"}}]}
    with serving([(200, {}, garbage)]) as server:
        labelled = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config_of(server), tmp_path, 0)
    (rejected,) = labelled.rejected
    assert "no language" in rejected.reason
    assert {labels.trajectory for labels in labelled.kept} == {walk.id for walk in walks} - {rejected.trajectory}


def test_a_server_that_is_down_fails_the_whole_item(corridor, tmp_path):
    scene, nav, walks, footage = corridor
    with serving() as server:
        config = config_of(server, retries=0)
    with pytest.raises(DataError, match=r"no walk could be labelled, the first: .*connection failed"):
        label_footage(scene.rooms, lambda: scene, nav, walks, footage, config, tmp_path, 0)
