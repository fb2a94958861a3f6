import re

import numpy as np
import pytest

from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import every_choice, expanded, load_phrasebook
from vln_pipeline.scenes.vocabulary import vocabulary

BOOK = load_phrasebook()
NOUNS = BOOK.nouns
GERMAN = load_phrasebook("de")


def indefinite(category):
    return NOUNS.indefinite(NOUNS.words(category)[0], "plain")


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
    assert indefinite(category) == expected


def test_parts_of_the_building_and_empty_words_are_no_landmarks():
    for category in ("wall", "floor", "ceiling", "door", "window", "stairs", "cup", "unknown", "void", "object", ""):
        assert not NOUNS.nameable(category), category
    for category in ("sofa", "refrigerator", "thing nobody has heard of"):
        assert NOUNS.nameable(category), category


def test_every_landmark_of_the_vocabulary_has_an_article_by_its_sound():
    for category in filter(NOUNS.nameable, vocabulary()):
        article = indefinite(category).split()[0]
        assert article == ("some" if category == "blinds" else "an" if re.match("[aeiou]|x-", category) else "a")


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("sofa", "das Sofa, das Sofa, dem Sofa; ein Sofa, ein Sofa, einem Sofa"),
        ("rug", "der Teppich, den Teppich, dem Teppich; ein Teppich, einen Teppich, einem Teppich"),
        ("kitchen", "die Küche, die Küche, der Küche; eine Küche, eine Küche, einer Küche"),
    ],
)
def test_german_nouns_have_their_cases(category, expected):
    noun = GERMAN.nouns.words(category)[0]
    said = [
        [say(noun, case) for case in ("nom", "acc", "dat")] for say in (GERMAN.nouns.definite, GERMAN.nouns.indefinite)
    ]
    assert "; ".join(", ".join(forms) for forms in said) == expected


def test_a_language_is_complete():
    """A language that lacks a key or a word would fail in the middle of a data set."""
    assert set(GERMAN.phrases) == set(BOOK.phrases)
    landmarks = set(filter(NOUNS.nameable, vocabulary())) - set(GERMAN.nouns.unnamed)
    assert landmarks <= set(GERMAN.nouns.names)
    assert GERMAN.contracted("geh zu dem Sofa in das Bad") == "geh zum Sofa ins Bad"
    assert not GERMAN.nouns.speakable("thing that has no German name")


@pytest.mark.parametrize("book", [BOOK, GERMAN], ids=["en", "de"])
def test_phrases_have_known_slots_and_no_marks_of_their_own(book):
    words = book.nouns.slots("landmark", Named("sofa"), book.nouns.words("sofa")[0]) | book.sides["left"]
    others = ("other", "source", "target", "room")
    slots = {*words, "distance", *(f"other_{side}" for side in book.sides["left"])} | {
        word.replace("landmark", slot) for word in words for slot in others
    }
    for key, wordings in book.phrases.items():
        forms = [form for wording in wordings for form in expanded(wording)]
        assert len(set(forms)) == len(forms) >= 2, key
        for form in forms:
            assert set(re.findall(r"{(\w+)}", form)) <= slots, form
            if not key.startswith((*book.sentences, "connector", "link")):
                assert form[0].islower() or form[0] == "{", form
                assert not re.search(r"[.,]", form), form


def test_no_form_of_a_wording_is_lost():
    wording = "(walk|go) (straight|) on"
    assert [*expanded(wording)] == ["walk straight on", "walk on", "go straight on", "go on"]
    assert [*every_choice(wording)] == ["walk straight on", "go on"]


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (0.3, ["a step or two", "a short way", "a few steps", "a couple of steps"]),
        (1.5, ["one and a half metres", "two steps", "two paces", "five feet", "two yards", "two strides"]),
        (3.0, ["three metres", "four steps", "four paces", "ten feet", "three yards", "four strides"]),
        (30.0, ["thirty metres", "43 steps", "40 paces", "98 feet", "33 yards", "38 strides"]),
    ],
)
def test_distances_are_said_as_people_say_them(metres, expected):
    said = [BOOK.distance(metres, np.random.default_rng(seed)) for seed in range(60)]
    assert all(text.endswith(tuple(expected)) for text in said), said
    assert len({text.split()[-1] for text in said}) > 2


def test_a_plural_that_nobody_listed_has_the_words_of_one():
    """A user's category "chairs" became "a chairs" and "once the chairs is ahead of you"."""
    assert [indefinite(name) for name in ("chairs", "glass", "gas", "bus")] == [
        "some chairs",
        "a glass",
        "a gas",
        "a bus",
    ]
    assert NOUNS.slots("landmark", Named("toy boxes"), NOUNS.words("toy boxes")[0])["be"] == "are"


@pytest.mark.parametrize("name", ["<image>", "<script>", "# 3", "007"])
def test_a_mark_or_a_number_is_no_name(name):
    """An object called "<image>" was named, and the instruction held the mark that models put an image in place of."""
    assert not NOUNS.nameable(name)
    assert not NOUNS.speakable(name)
