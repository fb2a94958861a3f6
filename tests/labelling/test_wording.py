"""Which article a thing has, and what is said twice, hangs on what was said before it."""

import numpy as np

from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.steps import Concept, Step, join_legs
from vln_pipeline.labelling.wording import Wording

WALKED = np.arange(20.0)


def passing(frame, name, instance, side="left", *, known=False):
    slots = {"landmark": Named(name, known=known, instance=instance), "side": side}
    return Step(Concept.MOVE, frame, ("pass",), slots, landmark=instance)


def text(*steps):
    book = load_phrasebook()
    draw = np.random.default_rng(0)
    return Wording(book, book.registers["terse"], draw).text(steps)


def test_another_thing_of_a_kind_is_not_the_one_that_was_named_before():
    """ "Pass a picture, turn left to face the picture" was said of two pictures, each the only one in view then. The
    second one is "a picture", and "the picture" is said of what the noun last stood for."""
    assert text(passing(1, "lamp", 4, known=True), passing(5, "lamp", 6, known=True)).count("the lamp") == 1
    again = text(passing(1, "lamp", 4), passing(5, "rug", 7), passing(9, "lamp", 4))
    assert (again.count("a lamp"), again.count("the lamp")) == (1, 1)


def test_things_of_one_kind_on_one_side_are_passed_once():
    """ "Pass a seat on your left and skirt a seat on your left" tells nothing that its first half does not."""
    steps = [passing(1, "chair", 4), passing(3, "chair", 5), passing(5, "chair", 6, side="right"), passing(7, "rug", 8)]
    assert [step.landmark for step in join_legs([steps[:2], steps[2:]], WALKED)] == [4, 6, 8]


def test_no_phrase_says_to_go_to_into_a_room():
    """ "Continue through to into the kitchen" and "set your sights for the sofa" were among the choices of phrases."""
    phrases = [wording for options in load_phrasebook().phrases.values() for wording in options]
    assert not [wording for wording in phrases if "through to|" in wording or "sights) (towards|for)" in wording]


def test_a_sentence_that_begins_with_then_does_not_go_on_with_it():
    """German sentences such as "Dann geh ins Bad, dann halte an" came out, because only "then" was looked for."""
    book, ends = load_phrasebook("de"), []
    steps = [Step(Concept.MOVE, 1, ("straight",), metres=2.0), Step(Concept.SITUATE, 2, ("stop",))]
    for seed in range(300):
        draw = np.random.default_rng(seed)
        told = Wording(book, book.registers["chatty"], draw).text([*steps, *steps], connect=True)
        ends += [sentence for sentence in told.split(".") if sentence.split()[:1] == ["Dann"]]
    assert ends
    assert not [sentence for sentence in ends if ", dann" in sentence]
