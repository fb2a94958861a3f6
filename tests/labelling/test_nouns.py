import re

import numpy as np
import pytest

from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.scenes.vocabulary import vocabulary

BOOK = load_phrasebook()
NOUNS = BOOK.nouns
SLOTS = {"side", "landmark", "a_landmark", "it", "be", "distance", "source", "target", "room"}


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("sofa", "a sofa"),
        ("oven", "an oven"),
        ("office chair", "an office chair"),
        ("umbrella stand", "an umbrella stand"),
        ("utility sink", "a utility sink"),
        ("x-ray machine", "an x-ray machine"),
        ("television", "a TV"),
        ("blinds", "some blinds"),
        ("artwork", "some artwork"),
    ],
)
def test_articles(category, expected):
    assert NOUNS.indefinite(category) == expected


def test_parts_of_the_building_and_empty_words_are_no_landmarks():
    for category in ("wall", "floor", "ceiling", "door", "window", "stairs", "cup", "unknown", "void", "object", ""):
        assert not NOUNS.nameable(category), category
    for category in ("sofa", "refrigerator", "thing nobody has heard of"):
        assert NOUNS.nameable(category), category


def test_every_landmark_of_the_vocabulary_has_an_article_by_its_sound():
    for category in filter(NOUNS.nameable, vocabulary()):
        article = NOUNS.indefinite(category).split()[0]
        assert article == ("some" if category == "blinds" else "an" if re.match("[aeiou]|x-", category) else "a")


def test_phrases_have_known_slots_and_no_marks_of_their_own():
    for key, wordings in BOOK.phrases.items():
        assert len(set(wordings)) == len(wordings) >= 2, key
        for wording in wordings:
            assert set(re.findall(r"{(\w+)}", wording)) <= SLOTS, wording
            if not key.startswith(("remark", "opening", "connector")):
                assert wording[0].islower() or wording[0] == "{", wording
                assert not re.search(r"[.,]|\band\b", wording), wording


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (0.3, "(a step or two|a short way)"),
        (1.0, "(about|roughly) one metre"),
        (1.5, "(about|roughly) one and a half metres"),
        (2.2, "(about|roughly) two metres"),
        (11.6, "(about|roughly) twelve metres"),
        (30.0, "(about|roughly) 30 metres"),
    ],
)
def test_distances_are_said_as_people_say_them(metres, expected):
    for seed in range(5):
        assert re.fullmatch(expected, BOOK.distance(metres, np.random.default_rng(seed)))
