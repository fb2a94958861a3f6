import mp3d_fixture as fixture
import numpy as np
import pytest
from ply_fixture import instance_ply
from two_rooms import BEDROOM, BOXES, LIVING, bounds_by_category, expected_bounds

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mp3d import house
from vln_pipeline.scenes.mp3d.config import Mp3dConfig
from vln_pipeline.scenes.mp3d.source import Mp3dSource
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.report import report

HOUSE, PLY, GLB = (f"{fixture.SCENE}{ending}" for ending in (".house", "_semantic.ply", ".glb"))


def load(root, **options):
    source = Mp3dSource(Mp3dConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


def rewritten(old, new):
    return lambda folder: (folder / HOUSE).write_text(fixture.house().replace(old, new))


@pytest.mark.parametrize("basis", [False, True])
def test_home_comes_back_to_the_centimetre_and_label(tmp_path, basis):
    fixture.write(tmp_path, basis=basis)
    scene = load(tmp_path)
    assert bounds_by_category(scene) == expected_bounds()
    assert len(scene.mesh.faces) == 12 * len(BOXES)
    assert {p.name for p in scene.parts} == {f"{b.raw}_{i}" for i, b in enumerate(BOXES)}
    assert (scene.id, scene.source, scene.origin) == (fixture.SCENE, "mp3d", f"Matterport3D {fixture.SCENE}")
    assert not scene.defects


def test_glb_is_z_up_against_the_rule_of_its_format(tmp_path):
    fixture.write(tmp_path)
    bed = next(p for p in load(tmp_path).parts if p.category == "bed")
    np.testing.assert_allclose(bed.vertices.min(axis=0), (6.0, 3.0, 0.0), atol=1e-6)
    np.testing.assert_allclose(bed.vertices.max(axis=0), (7.9, 4.9, 0.5), atol=1e-6)


def test_regions_are_rooms(tmp_path):
    fixture.write(tmp_path)
    scene = load(tmp_path)
    found = [(r.name, r.label, r.floor, r.ceiling) for r in scene.rooms]
    assert found == [("living_room_0", "living room", 0.0, 2.6), ("bedroom_1", "bedroom", 0.0, 2.6)]
    for room, corners in zip(scene.rooms, (LIVING, BEDROOM), strict=True):
        assert {tuple(c) for c in room.polygon} == set(corners)
    assert next(p.room for p in scene.parts if p.category == "wardrobe") == "bedroom_1"
    assert report(scene).rooms == {"bedroom": 1, "living room": 1}


def test_region_without_outline_has_its_box(tmp_path):
    folder = fixture.write(tmp_path)
    lines = [line for line in fixture.house().splitlines() if line[:2] not in ("S ", "V ")]
    (folder / HOUSE).write_text("\n".join(lines).replace("1 2 8 2 1 16", "1 2 0 0 1 16"))
    assert {tuple(c) for c in load(tmp_path).rooms[1].polygon} == set(BEDROOM)


def test_records_of_one_letter_are_told_apart(tmp_path):
    """P is a panorama or a portal; neither is needed, and neither disturbs."""
    (tmp_path / "a.house").write_text(fixture.house())
    told = house.read(Folder(tmp_path, 1), tmp_path / "a.house")
    assert (len(told.regions), len(told.objects), len(told.categories)) == (2, 16, 8)
    assert told.objects[14] == house.HouseObject(region=1, category=fixture.NAMES.index("bed"))
    assert (told.regions[1].code, told.regions[1].height, told.regions[1].level) == ("b", 2.6, 0)


def test_coarse_category_helps_where_the_raw_one_says_nothing(tmp_path):
    folder = fixture.write(tmp_path)
    rewritten(" sofa 7 sofa", " lawson#divan 7 sofa")(folder)
    assert {p.category for p in load(tmp_path).parts if p.name.startswith("lawson divan")} == {"sofa"}


def test_objects_without_category_or_region(tmp_path):
    folder = fixture.write(tmp_path)
    rewritten(f"O 13 0 {fixture.NAMES.index('table')} ", "O 13 -1 -1 ")(folder)
    (part,) = (p for p in load(tmp_path).parts if p.name == "object_13")
    assert (part.category, part.room) == ("unknown", None)


def test_faces_beyond_reach_have_no_label(tmp_path):
    folder = fixture.write(tmp_path)
    boxes = tuple(b for b in BOXES if b.raw != "bed")
    (folder / PLY).write_bytes(fixture.semantic_ply(boxes))
    (folder / HOUSE).write_text(fixture.house(boxes))
    unlabelled = [p for p in load(tmp_path).parts if p.name == "unlabelled"]
    points = np.concatenate([p.vertices for p in unlabelled])
    np.testing.assert_allclose(points.min(axis=0), (6.0, 3.0, 0.0), atol=0.11)
    np.testing.assert_allclose(points.max(axis=0), (7.9, 4.9, 0.5), atol=0.11)


@pytest.mark.parametrize("missing", [HOUSE, PLY])
def test_building_without_annotation(tmp_path, missing):
    (fixture.write(tmp_path) / missing).unlink()
    with pytest.raises(DataError, match=f"has no annotation: {missing} is missing; .*mp3d.unlabelled to accept"):
        load(tmp_path)
    scene = load(tmp_path, unlabelled="accept")
    assert {"floor", "ceiling", "wall"} < {p.category for p in scene.parts}
    assert len(scene.rooms) == (0 if missing == HOUSE else 2)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / GLB).unlink(), r"17DRP5sb8fy.glb: is missing; download the building for Habitat"),
        (rewritten("ASCII 1.1", "ASCII 1.0"), ".house: does not begin with 'ASCII 1.1'"),
        (lambda f: (f / HOUSE).write_text(fixture.house().rpartition("\nO ")[0]), ".house: holds 15 records O of 16"),
        (rewritten("R 1 0 0 0 b", "R 1 zero 0 0 b"), ".house: line 5 is no record R: 'R 1 zero"),
        (rewritten("V 3 0 F", "V 3 0 F nan"), ".house: line .* is no record V"),
        (rewritten("H 17DRP5sb8fy", "X 17DRP5sb8fy"), ".house: has no record H that counts the others"),
        (lambda f: (f / HOUSE).write_bytes(b"\xff\xfe" * 99), ".house: no text at byte 0"),
        (
            lambda f: (f / PLY).write_bytes(instance_ply(BOXES[0].vertices, BOXES[0].triangles)),
            "_semantic.ply: its faces have no object_id",
        ),
        (
            lambda f: (f / PLY).write_bytes(instance_ply(BOXES[0].vertices + 99, BOXES[0].triangles, np.zeros(12))),
            r"_semantic.ply: lies nowhere within 0.1 m of the scene's mesh",
        ),
        (
            lambda f: (f / PLY).write_bytes(instance_ply(BOXES[0].vertices * np.nan, BOXES[0].triangles, np.zeros(12))),
            r"_semantic.ply: holds no usable triangles",
        ),
        (lambda f: (f / GLB).write_bytes((f / GLB).read_bytes()[:900]), r"17DRP5sb8fy.glb: cut off"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    damage(fixture.write(tmp_path))
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path)
    assert caught.value.mend and "\n" not in str(caught.value)
