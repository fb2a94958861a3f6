import numpy as np
import pytest
import trimesh
from mesh_rooms import load, room, write_glb

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.mesh.objects import Mapping, identify, read_mapping

EMPTY = np.zeros((0, 3))


def surface(*path: str, node: int) -> Surface:
    return Surface(path, (node,), EMPTY, EMPTY.astype(np.int64), 0)


def test_pieces_of_a_split_object_are_one_object():
    surfaces = [surface("Bed_01_001__1", node=0), surface("Bed_01_001__2", node=1), surface("Bed_02_001__1", node=2)]
    assert [i.instance for i in identify(surfaces, Mapping())] == [1, 1, 2]


def test_nameless_nodes_belong_to_the_object_above():
    surfaces = [
        surface("Root", "Chair_1", "leg_left", node=0),
        surface("Root", "Chair_1", "Object_7", node=1),
        surface("Root", "Chair_1", "Cushion", node=2),
        surface("Root", "Thing_1", node=3),
        surface("Root", "Thing_2", node=4),
    ]
    found = identify(surfaces, Mapping())
    assert [i.category for i in found] == ["chair", "chair", "pillow", "unknown", "unknown"]
    assert [i.instance for i in found] == [1, 1, 2, 3, 4]


def test_objects_that_share_a_name_stay_apart():
    found = identify([surface("Chair", node=0), surface("Chair", node=1)], Mapping())
    assert [i.instance for i in found] == [1, 2]


@pytest.mark.parametrize("name", ["house", "ground_floor", "table_office"])
def test_a_file_of_one_mesh_is_not_what_it_is_called(tmp_path, name):
    """A whole house in ``ground_floor.ply`` was one object, "floor", and one in ``table_office.ply`` a table."""
    whole = trimesh.util.concatenate([m for n, m in room(textured=False).items() if n != "DiningTable"])
    for suffix in ("ply", "obj", "glb"):
        path = tmp_path / f"{name}.{suffix}"
        tree = trimesh.Scene()
        tree.add_geometry(whole, node_name=name, geom_name=name)
        (tree if suffix == "glb" else whole).export(path)
        scene = load(path, up="z")
        assert {p.category for p in scene.parts} == {"floor", "wall", "ceiling", "unknown"}
        assert scene.decisions[2] == (
            "categories: of 1 objects, 1 by nothing: no word of the vocabulary is in their names"
        )


def test_decisions_tell_how_categories_were_found(tmp_path):
    (tmp_path / "map.csv").write_text("Ceiling,sky\n")
    scene = load(write_glb(tmp_path / "room.glb"), categories=str(tmp_path / "map.csv"))
    assert scene.decisions[2] == (
        "categories: of 8 objects, 1 by scenes.mesh.categories, 7 by words in their names ('House_Floor_01': floor)"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("map.csv", "SM_*Chair*,Throne\nHouse_?loor*,floor\n"),
        ("map.json", '{"SM_*Chair*": "throne"}'),
        ("map.yml", "SM_*Chair*: throne\n"),
    ],
)
def test_mapping_overrules_the_vocabulary(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    scene = load(write_glb(tmp_path / "room.glb"), categories=str(tmp_path / name))
    category = {p.name: p.category for p in scene.parts}
    assert category["SM_Kitchen_Chair_02.003"] == "throne"
    assert category["House_Floor_01"] == "floor"


@pytest.mark.parametrize("text", ["- a\n- b\n", "{", "just words"])
def test_bad_mapping_names_the_file(tmp_path, text):
    (tmp_path / "map.yml").write_text(text)
    with pytest.raises(DataError, match=r"map.yml: no readable mapping"):
        read_mapping(tmp_path / "map.yml")


def test_missing_mapping_names_the_file(tmp_path):
    with pytest.raises(DataError, match=r"map.csv: no readable mapping \(FileNotFoundError\)"):
        read_mapping(tmp_path / "map.csv")
