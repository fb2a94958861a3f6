import json

import front3d_fixture as fixture
import numpy as np
import pytest
from two_rooms import DEPTH, DIVIDE, HEIGHT, WIDTH, bounds_by_category

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.front3d.box_size import box_size
from vln_pipeline.scenes.front3d.config import Front3dConfig
from vln_pipeline.scenes.front3d.frame import rotation_xyzw, to_world
from vln_pipeline.scenes.front3d.source import Front3dSource
from vln_pipeline.scenes.front3d.thresholds import thresholds
from vln_pipeline.scenes.report import report

FILE = f"3D-FRONT/{fixture.HOUSE}.json"


def load(root, **options):
    source = Front3dSource(Front3dConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


def edited(root, change):
    told = fixture.house()
    change(told)
    (root / FILE).write_text(json.dumps(told))
    return root


def bounds_of(scene, category):
    return bounds_by_category(scene)[category]


def area(part) -> float:
    a, b, c = np.moveaxis(part.vertices[part.faces], 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@pytest.mark.parametrize("raw", sorted(fixture.FURNITURE))
def test_furniture_comes_back_to_the_centimetre_and_label(tmp_path, raw):
    """Models (one of them in centimetres) and boxes of every way to tell a size, turned and moved."""
    scene = load(fixture.write(tmp_path))
    box = fixture.FURNITURE[raw]
    expected = [tuple(round(float(v), 2) for v in (*box.low, *box.high))]
    assert bounds_of(scene, fixture.EXPECTED[raw]) == expected
    (part,) = (p for p in scene.parts if p.category == fixture.EXPECTED[raw])
    assert part.room == ("LivingDiningRoom-0", "MasterBedroom-1")[box.room]


def test_building_comes_back_to_the_centimetre_and_label(tmp_path):
    scene = load(fixture.write(tmp_path))
    rooms = [(0.0, DIVIDE - 0.05), (DIVIDE + 0.05, WIDTH)]
    assert bounds_of(scene, "ceiling") == [(a, 0.0, HEIGHT, b, DEPTH, HEIGHT) for a, b in rooms]
    floors = bounds_of(scene, "floor")
    assert floors == [
        (0.0, 0.0, 0.0, 4.45, 5.0, 0.0),
        (4.45, 0.0, 0.0, 4.55, 5.0, 0.0),
        (4.55, 0.0, 0.0, 8.0, 5.0, 0.0),
    ]
    assert bounds_of(scene, "wall")[0] == (-0.1, -0.1, 0.0, 8.0, 5.1, 2.6)
    assert (scene.source, scene.origin) == ("front3d", f"3D-FRONT {fixture.HOUSE}")
    assert "3 pieces of furniture are boxes of their size: their models are missing" in scene.defects


def test_frame_is_y_up_and_quaternions_end_with_their_scalar():
    """(x, y, z) becomes (x, -z, y); a quarter turn about +y brings +z to +x, which is a left turn seen from above."""
    np.testing.assert_array_equal(to_world(np.array([1.0, 2.0, 3.0])), [1, -3, 2])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(rotation_xyzw((0, half, 0, half)) @ [0, 0, 1], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(to_world(rotation_xyzw((0, half, 0, half)) @ [1, 0, 0]), [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("record", "child", "expected"),
    [
        ({"size": [1, 2, 3]}, {}, [1, 3, 2]),
        ({"size": [1, 2, 3], "bbox": [1, 2, 3]}, {}, [1, 3, 2]),
        ({"bbox": [1, 2, 3]}, {}, [1, 2, 3]),
        ({"bbox": [[1, 2, 3]]}, {}, [1, 2, 3]),
        ({"size": [9, 9, 9]}, {"replace_bbox": {"xLen": 100, "yLen": 200, "zLen": 300}}, [1, 3, 2]),
        ({}, {}, None),
        ({"size": [1, 0, 3]}, {}, None),
    ],
)
def test_width_height_and_depth_whichever_way_they_are_told(record, child, expected):
    found = box_size(record, child)
    assert found is None if expected is None else found.tolist() == expected


def test_rooms(tmp_path):
    scene = load(fixture.write(tmp_path))
    assert [(r.name, r.label) for r in scene.rooms] == [
        ("LivingDiningRoom-0", "living room"),
        ("MasterBedroom-1", "bedroom"),
    ]
    assert [(r.floor, r.ceiling) for r in scene.rooms] == [(0.0, pytest.approx(2.6))] * 2
    assert {tuple(c) for c in scene.rooms[0].polygon} == {(0.0, 0.0), (4.45, 0.0), (4.45, 5.0), (0.0, 5.0)}
    assert report(scene).rooms == {"bedroom": 1, "living room": 1}


def test_doorway_is_bridged_and_only_as_far_as_asked(tmp_path):
    root = fixture.write(tmp_path)
    (bridge,) = (p for p in load(root).parts if p.name == "threshold")
    assert area(bridge) == pytest.approx(0.1 * DEPTH, rel=1e-6)
    assert (bridge.category, bridge.vertices[:, 2].max()) == ("floor", 0.0)
    assert not [p for p in load(root, threshold=0.05).parts if p.name == "threshold"]
    assert not [p for p in load(root, threshold=0).parts if p.name == "threshold"]


def test_thresholds_join_floors_of_one_storey_only():
    square = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    beside = [(square, faces), (np.add(square, (2.3, 0, 0)), faces)]
    ((vertices, triangles),) = thresholds(beside, 0.4)
    corners = vertices[triangles]
    assert np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2].sum() / 2 == pytest.approx(0.6)
    assert thresholds([beside[0], (beside[1][0] + [0, 0, 2.9], faces)], 0.4) == []
    assert thresholds([beside[0], (np.add(square, (2.5, 0, 0)), faces)], 0.4) == []


def test_faces_are_wound_as_their_normals_say(tmp_path):
    for part in load(fixture.write(tmp_path)).parts:
        if part.category in ("floor", "ceiling"):
            a, b, c = np.moveaxis(part.vertices[part.faces], 1, 0)
            assert (np.cross(b - a, c - a)[:, 2] * (1 if part.category == "floor" else -1) > 0).all(), part.name


def test_textures_and_colours(tmp_path):
    scene = load(fixture.write(tmp_path))
    floor = next(p for p in scene.parts if p.name.endswith("Floor"))
    assert tuple(scene.materials[floor.material].texture[0, 0]) == (150, 100, 50)
    np.testing.assert_allclose(floor.uv[1], (2 * 4.45, 0), rtol=1e-6)
    wall = next(p for p in scene.parts if p.category == "wall")
    assert scene.materials[wall.material].texture is None
    assert scene.materials[wall.material].color == pytest.approx((0.503,) * 3, abs=1e-3)
    sofa = next(p for p in scene.parts if p.category == "sofa")
    assert tuple(scene.materials[sofa.material].texture[0, 0]) == (90, 60, 40)


def test_boxes_or_nothing_for_missing_models(tmp_path):
    scene = load(fixture.write(tmp_path), missing_model="skip")
    assert not {"chair", "bed", "dining table"} & {p.category for p in scene.parts}
    assert "3 pieces of furniture left out: neither model nor size" in scene.defects


@pytest.mark.parametrize(("key", "value"), [("pos", [1e19, 0, 0]), ("pos", [0, -600, 0]), ("scale", [1e12, 1, 1])])
def test_furniture_nowhere_near_the_building_is_left_out(tmp_path, key, value):
    """One absurd position refused a sound house, because the scene then measured light years."""

    def throw(told):
        (sofa,) = [c for room in told["scene"]["room"] for c in room["children"] if c["ref"] == "sofa/model"]
        sofa[key] = value

    whole = load(fixture.write(tmp_path))
    scene = load(edited(tmp_path, throw))
    assert len({p.instance for p in scene.parts}) == len({p.instance for p in whole.parts}) - 1
    assert any("furniture left out, it lies more than 50 m away: " in defect for defect in scene.defects)


def test_names_of_3d_future_help_where_the_house_says_nothing(tmp_path):
    def nameless(told):
        for record in told["furniture"]:
            record.update(category=None, title="")

    root = edited(fixture.write(tmp_path), nameless)
    assert "unknown" in {p.category for p in load(root).parts}
    info = [
        {"model_id": fixture.jid(r), "category": c, "super-category": "Others"} for r, c in fixture.CATEGORIES.items()
    ]
    (root / "3D-FUTURE-model/model_info.json").write_text(json.dumps(info))
    assert set(fixture.EXPECTED.values()) < {p.category for p in load(root).parts}


def test_doors_are_free_and_what_refers_to_nothing_is_ignored(tmp_path):
    scene = load(fixture.write(tmp_path))
    assert not [p for p in scene.parts if p.category == "door"]
    assert sum(p.name.rpartition("_")[0] in fixture.CATEGORIES.values() for p in scene.parts) == 5


def test_digest_follows_models_and_textures_of_the_house(tmp_path):
    root = fixture.write(tmp_path)

    def digest():
        return Front3dSource(Front3dConfig(path=str(root))).discover()[0].digest

    seen = [digest()]
    (root / "3D-FUTURE-model" / fixture.jid("sofa") / "raw_model.obj").unlink()
    seen.append(digest())
    (root / "3D-FRONT-texture/oak-plank/texture.png").unlink()
    seen.append(digest())
    assert len(set(seen)) == 3


def record(key, number, **fields):
    return lambda told: told[key][number].update(fields)


def child(**fields):
    def change(told):
        entry = next(c for c in told["scene"]["room"][0]["children"] if c["ref"] == "sofa/model")
        entry.update(fields)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("scene"), "is a stub: it has furniture but no scene"),
        (record("mesh", 0, xyz=[0, 0]), "a record cannot be read .*floor0 has no whole triangles"),
        (record("mesh", 0, faces=["a", 1, 2]), "a record cannot be read"),
        (child(pos=[0, 0]), r"a record cannot be read .*is no list of 3 numbers"),
        (child(rot=[0, 0, 0, 0]), "a record cannot be read"),
        (child(scale=["NaN", 1, 1]), "a record cannot be read .*is no list of 3 numbers"),
        (record("furniture", 1, size=[1, 2]), r"a record cannot be read .*is no list of 3 numbers"),
        (record("material", 0, color=[1, 2]), r"a record cannot be read .*colour of material Floor/m"),
        (record("furniture", 0, jid="../../../etc"), "leads out of the data set's folder"),
        (record("furniture", 0, jid="/etc"), "leads out of the data set's folder"),
        (record("material", 0, jid="../../../etc"), "leads out of the data set's folder"),
    ],
)
def test_faults_are_one_line(tmp_path, change, said):
    root = edited(fixture.write(tmp_path / "data"), change)
    with pytest.raises(DataError, match=said) as caught:
        load(root)
    assert caught.value.mend and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda r: (r / FILE).write_text("{"), f"{FILE}: no readable JSON"),
        (lambda r: (r / FILE).write_bytes(b"\xff" * 40), f"{FILE}: no text at byte 0"),
        (lambda r: (r / "3D-FUTURE-model/model_info.json").write_text("[7]"), "model_info.json: cannot be read"),
    ],
)
def test_faults_of_files(tmp_path, damage, said):
    root = fixture.write(tmp_path)
    damage(root)
    with pytest.raises(DataError, match=said):
        load(root)


def test_a_texture_outside_the_folder_is_not_opened_and_told(tmp_path):
    root = fixture.write(tmp_path)
    (root / "3D-FUTURE-model" / fixture.jid("sofa") / "model.mtl").write_text("newmtl wood\nmap_Kd ../../x.png")
    assert any("../../x.png lies outside the file's folder" in defect for defect in load(root).defects)


def test_houses_folder_that_is_elsewhere(tmp_path):
    fixture.write(tmp_path)
    with pytest.raises(DataError, match=r"holds no scene of front3d; see docs/how-to/scenes/front3d.md"):
        Front3dSource(Front3dConfig(path=str(tmp_path / "3D-FUTURE-model"))).discover()
