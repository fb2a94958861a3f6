import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.cache import CachedModel
from vln_pipeline.labelling.question import Question, fingerprint


class Echo:
    """Answers with the prompt, and counts."""

    def __init__(self, name="echo", **decoding):
        self.name, self.decoding, self.asked = name, decoding, []

    def answer(self, questions):
        for question in questions:
            self.asked.append(question.prompt)
            yield question.prompt

    def close(self):
        pass


IMAGE = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
ASK = Question("walk {x}", "walk on and on", (IMAGE,))


def test_an_answer_is_asked_for_once(tmp_path):
    model = Echo()
    other = replace(ASK, prompt="turn left here")
    cached = CachedModel(model, tmp_path, 100)
    assert cached.answers([ASK, other, ASK]) == [ASK.prompt, other.prompt, ASK.prompt]
    assert CachedModel(model, tmp_path, 100).answers([other, ASK]) == [other.prompt, ASK.prompt]
    assert model.asked == [ASK.prompt, other.prompt]


@pytest.mark.parametrize(
    ("model", "question"),
    [
        (Echo("other"), ASK),
        (Echo(temperature=0.5), ASK),
        (Echo(), replace(ASK, template="go {x}")),
        (Echo(), replace(ASK, prompt="walk off and on")),
        (Echo(), replace(ASK, images=(IMAGE + 1,))),
        (Echo(), replace(ASK, images=(IMAGE.reshape(4, 2, 3),))),
        (Echo(), replace(ASK, images=(IMAGE, IMAGE))),
    ],
)
def test_whatever_decides_an_answer_is_in_its_key(model, question):
    assert fingerprint(model, question) != fingerprint(Echo(), ASK)


def test_entries_lie_in_two_levels_and_can_be_read(tmp_path):
    CachedModel(Echo(), tmp_path, 100).answers([ASK])
    key = fingerprint(Echo(), ASK)
    entry = json.loads((tmp_path / key[:2] / f"{key}.json").read_text())
    assert entry == {"answer": ASK.prompt, "model": "echo", "prompt": ASK.prompt}


def test_a_damaged_entry_is_asked_for_again(tmp_path):
    CachedModel(Echo(), tmp_path, 100).answers([ASK])
    (path,) = tmp_path.glob("*/*.json")
    for damage in ("", "{", "[]", '{"model": "echo"}'):
        path.write_text(damage)
        model = Echo()
        assert CachedModel(model, tmp_path, 100).answers([ASK]) == [ASK.prompt]
        assert model.asked == [ASK.prompt]


def test_what_was_answered_before_a_failure_is_kept(tmp_path):
    bad = replace(ASK, prompt="...")
    model = Echo()
    with pytest.raises(DataError, match="echo: no language"):
        CachedModel(model, tmp_path, 100).answers([ASK, bad])
    CachedModel(model, tmp_path, 100).answers([ASK])
    assert model.asked == [ASK.prompt, bad.prompt]


def test_threads_share_a_folder(tmp_path):
    questions = [replace(ASK, prompt=f"walk on {'and on ' * i}".strip()) for i in range(20)]
    results = []

    def work():
        results.append(CachedModel(Echo(), tmp_path, 1000).answers(questions))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[q.prompt for q in questions]] * 8
    assert len(list(tmp_path.glob("*/*.json"))) == 20
    assert not list(tmp_path.glob("*/*.part"))
