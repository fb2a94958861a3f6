from dataclasses import dataclass
from functools import partial

import pytest
from fingerprint_subject import work

from vln_pipeline.config import Config
from vln_pipeline.runtime.fingerprint import fingerprint, inputs


class Parameters(Config):
    step: float = 0.25


@dataclass(frozen=True)
class Upstream:
    fingerprint: str


@dataclass(frozen=True)
class Made:
    content: str
    reader: str = "fingerprint_subject.work"


def name(*args, **kwargs) -> str:
    return fingerprint(partial(work, *args, **kwargs))


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


def test_of_what_an_earlier_stage_made_the_bytes_count_and_the_code_that_reads_them():
    assert name(Made("a")) == name(Made("a"))
    assert name(Made("a")) != name(Made("b"))
    assert name(Made("a")) != name(Made("a", "vln_pipeline.planning.map_archive.read"))


def test_the_writer_of_what_a_task_returns_counts():
    task = partial(work, 1)
    assert fingerprint(task) != fingerprint(task, "vln_pipeline.planning.map_archive.write")


def test_what_earlier_stages_made_is_found_in_lists_and_mappings():
    a, b, c = (Made(letter) for letter in "abc")
    assert list(inputs(partial(work, 1, [a, (b, 2)], k={"c": c}), partial(work, a))) == [a, b, c, a]
