from dataclasses import dataclass
from functools import partial

import pytest
from fingerprint_subject import work

from vln_pipeline.config import Config
from vln_pipeline.runtime.fingerprint import code_digest, fingerprint


class Parameters(Config):
    step: float = 0.25


@dataclass(frozen=True)
class Upstream:
    fingerprint: str


def name(*args, **kwargs) -> str:
    return fingerprint(partial(work, *args, **kwargs), ("fingerprint_subject",))


def test_equal_inputs_give_equal_names():
    assert name(Upstream("a"), Parameters(), 1) == name(Upstream("a"), Parameters(), 1)


@pytest.mark.parametrize(
    "changed",
    [(Upstream("b"), Parameters(), 1), (Upstream("a"), Parameters(step=0.3), 1), (Upstream("a"), Parameters(), 2)],
)
def test_any_changed_input_gives_another_name(changed):
    assert name(*changed) != name(Upstream("a"), Parameters(), 1)


def test_order_of_a_mapping_does_not_matter():
    assert name({"a": 1, "b": 2}) == name({"b": 2, "a": 1})


def test_an_object_without_canonical_form_is_refused():
    with pytest.raises(TypeError, match="object has no canonical form"):
        name(object())


def test_code_counts(tmp_path, monkeypatch):
    package = tmp_path / "counted"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sums.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = code_digest("counted")
    (package / "sums.py").write_text("A = 2\n")
    code_digest.cache_clear()
    assert code_digest("counted") != before
