import json
from pathlib import Path

import numpy as np
import pytest

import vln_pipeline.scenes
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import UNKNOWN, Room
from vln_pipeline.scenes.vocabulary import vocabulary

TABLES = sorted(Path(vln_pipeline.scenes.__file__).parent.glob("*/categories.json"))


@pytest.mark.parametrize("table", TABLES, ids=[t.parent.name for t in TABLES])
def test_tables_lead_into_the_vocabulary_and_are_not_ambiguous(table):
    told = json.loads(table.read_text())
    assert set(told) <= {UNKNOWN, *vocabulary()}
    translate = Categories(table, None)
    for category, raws in told.items():
        for raw in raws:
            assert translate(raw) == category
    assert not translate.untold


def test_fine_before_coarse_and_what_is_unknown_is_told(tmp_path):
    (tmp_path / "t.json").write_text('{"sofa": ["lawson"], "unknown": ["void"]}')
    translate = Categories(tmp_path / "t.json", None)
    assert translate("Lawson", "chair") == "sofa"
    assert translate("gizmo", "dining chair") == "chair"
    assert (translate("void", "chair"), translate("void")) == ("chair", UNKNOWN)
    assert (translate("gizmo"), translate(""), translate()) == (UNKNOWN,) * 3
    assert translate.defects() == ["1 objects of 1 raw categories outside the vocabulary: gizmo (1)"]


@pytest.mark.parametrize(
    ("source", "raw", "category"),
    [
        ("replica", "base-cabinet", "cabinet"),
        ("replica", "tv-screen", "television"),
        ("hm3d", "cieling", "ceiling"),
        ("hm3d", "floor /otherroom", "floor"),
        ("mp3d", "shower wall", "shower"),
        ("mp3d", "chest_of_drawers", "dresser"),
        ("gibson", "potted plant", "plant"),
        ("front3d", "WallInner", "wall"),
        ("front3d", "Three-Seat / Multi-seat Sofa", "sofa"),
        ("front3d", "King-size Bed", "bed"),
        ("hssd", "table_lamp", "lamp"),
    ],
)
def test_raw_categories_of_the_data_sets(source, raw, category):
    table = next(t for t in TABLES if t.parent.name == source)
    assert Categories(table, None)(raw) == category


@pytest.mark.parametrize(
    ("source", "names", "category"),
    [
        ("front3d", ("Sideboard / Side Cabinet / Console",), "cabinet"),
        ("front3d", ("cabinet/armoire", "armoire"), "wardrobe"),
        ("front3d", ("others/dresser", "dresser", "others"), "dresser"),
        ("hm3d", ("toilet seat",), "toilet"),
        ("hm3d", ("kitchen appliance",), UNKNOWN),
    ],
)
def test_the_specific_name_decides(source, names, category):
    """A sideboard was a game console, an armoire unknown, a toilet seat a chair and any appliance a coffee machine: the
    coarse half of a title or a lone last word decided. The whole name comes first now, then its finer part."""
    table = next(t for t in TABLES if t.parent.name == source)
    assert Categories(table, None)(*names) == category


@pytest.mark.parametrize("raw", ["LivingRoom", "livingroom", "LIVING_ROOM_2", "living room", "LivingDiningRoom"])
def test_a_room_type_is_one_type_however_it_is_written(raw):
    """Types of rooms were looked up letter for letter, so that "Livingroom" was a room without a name."""
    assert room_type(raw) == "living room"


def test_a_room_type_outside_the_table_keeps_its_words():
    assert room_type("WineCellar") == "wine cellar"
    assert room_type("") == room_type(None) == room_type("OtherRoom") == UNKNOWN
    assert room_type("B", {"B": "bar"}) == "bar"


def test_a_user_names_types_of_rooms_and_what_no_table_knows_is_told(tmp_path):
    """A type that no table lists kept its own words in silence. It is counted now, and a file can name it."""
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    labels = ("kitchen", "guest suite", "guest suite", "aviary", UNKNOWN)
    rooms = [Room(f"room_{i}", room_type(label), square, 0.0, 2.5) for i, label in enumerate(labels)]
    found, told = RoomTable(None, codes=["aviary"]).renamed(rooms)
    assert (found, told) == (tuple(rooms), ["2 rooms of 1 types outside the table: guest suite (2)"])
    (tmp_path / "rooms.csv").write_text("guest*,Bedroom\n")
    found, told = RoomTable(str(tmp_path / "rooms.csv")).renamed(rooms)
    assert [room.label for room in found] == ["kitchen", "bedroom", "bedroom", "aviary", UNKNOWN]
    assert told == ["1 rooms of 1 types outside the table: aviary (1)"]
