"""Unverified words are worse than few words: whatever the phrasebook says, the follower must read as it is meant."""

import pytest

from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.verify.parse import parse
from vln_pipeline.labelling.verify.statements import Act

SLOTS = {
    "side": "left",
    "landmark": "the sofa",
    "a_landmark": "a sofa",
    "it": "it",
    "be": "is",
    "distance": "about three metres",
    "source": "the kitchen",
    "target": "the hallway",
    "room": "the hallway",
}
TURN = (Act.TURN, {"side": 1})
MEANT = {
    "curve": (Act.CURVE, {"side": 1}),
    "straight": (Act.MOVE, {"metres": 3.0}),
    "onward": (Act.MOVE, {"metres": 3.0}),
    "pass": (Act.PASSED, {"side": 1, "landmark": "sofa"}),
    "towards": (Act.TOWARDS, {"landmark": "sofa"}),
    "towards_distance": (Act.TOWARDS, {"landmark": "sofa", "metres": 3.0}),
    "reach": (Act.REACH, {"landmark": "sofa"}),
    "reach_distance": (Act.REACH, {"landmark": "sofa", "metres": 3.0}),
    "cross": (Act.ENTER, {"source": "kitchen", "target": "hallway"}),
    "enter": (Act.ENTER, {"source": "", "target": "hallway"}),
    "leave": (Act.LEAVE, {"source": "kitchen", "target": ""}),
    "stop_ahead": (Act.STOP, {"landmark": "sofa", "where": "ahead"}),
    "stop_facing": (Act.STOP, {"landmark": "sofa", "where": "ahead"}),
    "stop_beside": (Act.STOP, {"landmark": "sofa", "where": "at", "side": 1}),
    "stop_side": (Act.STOP, {"landmark": "sofa", "side": 1}),
    "stop_room": (Act.STOP, {"target": "hallway"}),
    "stop": (Act.STOP, {"landmark": "", "target": ""}),
    "remark_side": (Act.SEE, {"landmark": "sofa", "side": 1}),
    "remark_ahead": (Act.SEE, {"landmark": "sofa", "where": "ahead"}),
    "opening": (Act.START, {"target": "hallway"}),
    **{f"{first}turn_{size}": TURN for first in ("", "first_") for size in ("slight", "normal", "sharp", "around")},
}
AFTER_A_TURN = {
    "at": {"landmark": "sofa", "where": "at"},
    "turn_towards": {"landmark": "sofa", "where": "ahead"},
    "into": {"target": "hallway"},
    "out_of": {"source": "kitchen"},
}
PHRASES = load_phrasebook().phrases


def read(text):
    return parse(f"{text[0].upper()}{text[1:].rstrip('.')}.", {"kitchen", "hallway"}, {"sofa"})


@pytest.mark.parametrize(("key", "phrase"), [(key, phrase) for key in MEANT for phrase in PHRASES[key]])
def test_a_phrase_is_read_as_it_is_meant(key, phrase):
    act, fields = MEANT[key]
    (statement,) = read(phrase.format(**SLOTS))
    assert (statement.act, {name: getattr(statement, name) for name in fields}) == (act, fields)


@pytest.mark.parametrize(("key", "phrase"), [(key, phrase) for key in AFTER_A_TURN for phrase in PHRASES[key]])
@pytest.mark.parametrize("turn", PHRASES["turn_normal"])
def test_what_follows_a_turn_belongs_to_it(turn, key, phrase):
    (statement,) = read(f"{turn} {phrase}".format(**SLOTS))
    fields = AFTER_A_TURN[key]
    assert (statement.act, statement.side) == (Act.TURN, 1)
    assert {name: getattr(statement, name) for name in fields} == fields


def test_turns_differ_by_their_size():
    spans = {
        size: read(PHRASES[f"turn_{size}"][0].format(**SLOTS))[0].turn
        for size in ("slight", "normal", "sharp", "around")
    }
    assert sorted(spans.values()) == [spans["slight"], spans["normal"], spans["sharp"], spans["around"]]


@pytest.mark.parametrize("phrase", PHRASES["stop_at_it"])
def test_it_is_what_was_named_last(phrase):
    reach, stop = read(f"Walk up to the sofa, then {phrase.format(**SLOTS)}")
    assert (reach.act, stop.act) == (Act.REACH, Act.STOP)
    assert stop.landmark == ("sofa" if " it" in phrase.format(**SLOTS) else "")


def test_every_phrase_is_tested():
    assert {*MEANT, *AFTER_A_TURN, "connector", "stop_at_it"} == {*PHRASES}
