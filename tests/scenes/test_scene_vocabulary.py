import pytest

from vln_pipeline.scenes.vocabulary import category_of, is_structural, vocabulary


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("SM_Kitchen_Chair_02.003", "chair"),
        ("aws_robomaker_hospital_nursesstation_01_1__1", "nurses station"),
        ("hospital_floor_01_walls_1", "wall"),
        ("hospital_floor_01_ceiling_1", "ceiling"),
        ("DeskPortraitA_01", "picture"),
        ("TVCabinet_01_001", "tv stand"),
        ("kitchen table", "table"),
        ("bookShelves", "bookshelf"),
        ("BOX", "box"),
        ("frl_apartment_chair_05", "chair"),
        ("Cube.006", None),
        ("", None),
        ("房间_椅子", None),
    ],
)
def test_names_speak_of_categories(name, category):
    assert category_of(name) == category


def test_every_phrase_finds_its_own_category():
    for category in vocabulary().values():
        for phrase in (category.name, *category.synonyms):
            assert category_of(phrase.replace(" ", "_")) == category.name, phrase


def test_what_is_built_in_is_structural():
    assert all(map(is_structural, ("wall", "floor", "ceiling", "door", "window", "column", "beam", "stairs")))
    assert not any(map(is_structural, ("chair", "sofa", "unknown", "zebra")))


def test_landmarks_are_worth_naming():
    assert vocabulary()["sofa"].landmark and vocabulary()["door"].landmark
    assert not vocabulary()["wall"].landmark and not vocabulary()["switch"].landmark
