"""Unverified words are worse than few words: whatever a phrase book says, the follower must read as it is meant."""

import pytest

from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import expanded, load_phrasebook
from vln_pipeline.labelling.verify.parse import parse
from vln_pipeline.labelling.verify.statements import Act

MEANT = {
    "curve": (Act.CURVE, {"side": 1}),
    "curve_within": (Act.CURVE, {"side": 1, "target": "", "source": ""}),
    "straight": (Act.MOVE, {"metres": 3.0}),
    "onward": (Act.MOVE, {"metres": 3.0}),
    "pass": (Act.PASSED, {"side": 1, "landmark": "sofa"}),
    "towards": (Act.TOWARDS, {"landmark": "sofa", "metres": None}),
    "towards_distance": (Act.TOWARDS, {"landmark": "sofa", "metres": 3.0}),
    "reach": (Act.REACH, {"landmark": "sofa"}),
    "reach_distance": (Act.REACH, {"landmark": "sofa", "metres": 3.0}),
    "cross": (Act.ENTER, {"source": "kitchen", "target": "hallway"}),
    "enter": (Act.ENTER, {"source": "", "target": "hallway"}),
    "leave": (Act.LEAVE, {"source": "kitchen", "target": ""}),
    "stop_ahead": (Act.STOP, {"landmark": "sofa", "where": "before"}),
    "stop_facing": (Act.STOP, {"landmark": "sofa", "where": "ahead"}),
    "stop_beside": (Act.STOP, {"landmark": "sofa", "where": "at", "side": 1}),
    "stop_facing_distance": (Act.STOP, {"landmark": "sofa", "where": "ahead", "metres": 3.0}),
    "stop_side_distance": (Act.STOP, {"landmark": "sofa", "where": "side", "side": 1, "metres": 3.0}),
    "stop_inside": (Act.STOP, {"target": "hallway", "where": "inside", "landmark": ""}),
    "stop_end": (Act.STOP, {"target": "hallway", "where": "end", "landmark": ""}),
    "stop_middle": (Act.STOP, {"target": "hallway", "where": "middle", "landmark": ""}),
    "stop_side": (Act.STOP, {"landmark": "sofa", "where": "side", "side": 1}),
    "stop_between": (Act.STOP, {"landmark": "sofa", "where": "between", "other": "lamp", "side": 1}),
    "stop_room": (Act.STOP, {"target": "hallway"}),
    "stop": (Act.STOP, {"landmark": "", "target": ""}),
    "remark_side": (Act.SEE, {"landmark": "sofa", "side": 1}),
    "remark_ahead": (Act.SEE, {"landmark": "sofa", "where": "ahead"}),
    "opening": (Act.START, {"target": "hallway"}),
    "too_far": (Act.BEYOND, {"landmark": "sofa"}),
    "too_far_room": (Act.BEYOND, {"target": "hallway"}),
    **{
        f"{first}turn_{size}": (Act.TURN, {"side": 1, "turn": span})
        for first in ("", "first_")
        for size, span in {
            "slight": (20.0, 80.0),
            "normal": (30.0, 140.0),
            "sharp": (75.0, 175.0),
            "around": (100.0, 181.0),
        }.items()
    },
}
AFTER_A_TURN = {
    "at": {"landmark": "sofa", "where": "at"},
    "turn_towards": {"landmark": "sofa", "where": "ahead"},
    "into": {"target": "hallway"},
    "out_of": {"source": "kitchen"},
}
SAYS_NOTHING = ("connector", "connector_chatty", "aside", "link")
CLIMBS = ("climb_up", "climb_down")
BOOKS = {language: load_phrasebook(language) for language in ("en", "de")}
NAMES = {"landmark": "sofa", "other": "lamp", "source": "kitchen", "target": "hallway", "room": "hallway"}


def filled(book, wording):
    """Yield the forms of a wording about a sofa, a kitchen, a hallway, the left and three metres."""
    distance = f"{book.distances['near'][0]} {book.distances['numbers'][2]} {book.distances['units'][0][1]}"
    sides = book.sides["left"]
    words = {"distance": distance} | sides | {f"other_{form}": word for form, word in sides.items()}
    for slot, name in NAMES.items():
        words |= book.nouns.slots(slot, Named(name), book.nouns.words(name)[0])
    return [book.contracted(form.format(**words)) for form in expanded(wording)]


def read(book, text):
    text = f"{text[0].upper()}{text[1:].rstrip('.')}."
    return parse(text, {"kitchen", "hallway"}, {"sofa", "lamp"}, book.language)


def expect(book, text, act, fields):
    (statement,) = read(book, text)
    assert (statement.act, {name: getattr(statement, name) for name in fields}) == (act, fields), text


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("key", MEANT)
def test_every_form_of_a_phrase_is_read_as_it_is_meant(book, key):
    for wording in book.phrases[key]:
        for text in filled(book, wording):
            expect(book, text, *MEANT[key])


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("key", AFTER_A_TURN)
def test_what_follows_a_turn_belongs_to_it(book, key):
    turns = [text for wording in book.phrases["turn_normal"] for text in filled(book, wording)]
    for wording in book.phrases[key]:
        for i, text in enumerate(filled(book, wording)):
            expect(book, f"{turns[i % len(turns)]} {text}", Act.TURN, {"side": 1, **AFTER_A_TURN[key]})


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("key", ["stop_ahead", "stop_facing"])
def test_a_second_thing_beside_a_stop_is_a_stop_of_its_own(book, key):
    endings = [text for wording in book.phrases["with_other"] for text in filled(book, wording)]
    for wording in book.phrases[key]:
        for i, text in enumerate(filled(book, wording)):
            told = f"{text} {endings[i % len(endings)]}"
            first, second = read(book, told)
            where = {"stop_ahead": "before", "stop_facing": "ahead"}[key]
            assert (first.act, first.landmark, first.where, first.side) == (Act.STOP, "sofa", where, 0), told
            assert (second.act, second.landmark, second.where, second.side) == (Act.STOP, "lamp", "side", 1), told


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_it_is_what_was_named_last(book):
    reach = filled(book, book.phrases["reach"][0])[0]
    for wording in book.phrases["stop_at_it"]:
        for text in filled(book, wording):
            first, stop = read(book, f"{reach}{book.phrases['link'][0]}{text}")
            assert (first.act, stop.act) == (Act.REACH, Act.STOP)
            assert stop.landmark in ("sofa", "")


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("key", SAYS_NOTHING[:-1])
def test_what_turns_nowhere_says_nothing(book, key):
    for wording in book.phrases[key]:
        for text in expanded(wording):
            assert read(book, text) == (), text


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
@pytest.mark.parametrize("key", CLIMBS)
def test_stairs_let_one_walk_however_far(book, key):
    for wording in book.phrases[key]:
        for text in expanded(wording):
            assert all(told.act is Act.MOVE and told.metres is None and not told.side for told in read(book, text)), (
                text
            )


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_every_phrase_is_tested(book):
    assert {*MEANT, *AFTER_A_TURN, *SAYS_NOTHING, *CLIMBS, "stop_at_it", "with_other"} == {*book.phrases}
