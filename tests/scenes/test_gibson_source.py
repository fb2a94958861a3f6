import json
import pickle

import gibson_fixture as fixture
import numpy as np
import pytest
from ply_fixture import instance_ply
from two_rooms import BEDROOM, BOXES, LIVING, bounds_by_category

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.gibson.config import GibsonConfig
from vln_pipeline.scenes.gibson.source import GibsonSource
from vln_pipeline.scenes.report import report

SCN, IDS, PLY = (f"{fixture.SCENE}{ending}" for ending in (".scn", ".ids", "_semantic.ply"))


def load(root, **options):
    source = GibsonSource(GibsonConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


def objects_came_home(scene):
    found = bounds_by_category(scene)
    for box in fixture.OBJECTS:
        expected = [tuple(round(float(v), 2) for v in (*box.low, *box.high))]
        assert found[fixture.EXPECTED[box.raw]] == expected


def test_home_for_habitat_comes_back_to_the_centimetre_and_label(tmp_path):
    scene = load(fixture.write_habitat(tmp_path))
    objects_came_home(scene)
    np.testing.assert_allclose(scene.bounds, [(-0.1, -0.1, -0.1), (8.1, 5.1, 2.7)], atol=1e-6)
    assert {"floor", "wall", "ceiling"} < {p.category for p in scene.parts}
    assert len(scene.mesh.faces) == 12 * len(BOXES)
    assert (scene.id, scene.source, scene.origin) == (fixture.SCENE, "gibson", f"Gibson {fixture.SCENE}")


def test_home_of_gibson_by_pickle_and_by_ids(tmp_path):
    """Labels follow the order of faces in the file, whatever the materials."""
    root = fixture.write_gibson(tmp_path)
    objects_came_home(load(root, allow_pickle=True))
    (root / f"{fixture.SCENE}/{SCN}").write_text(json.dumps({"objects": fixture.objects(), "rooms": fixture.rooms()}))
    (root / f"{fixture.SCENE}/{IDS}").write_bytes(fixture.face_ids().astype("<i2").tobytes())
    objects_came_home(load(root))


def test_glb_is_z_up_against_the_rule_of_its_format(tmp_path):
    """The floor lies at z = 0, as its normal tells."""
    scene = load(fixture.write_habitat(tmp_path))
    chair = next(p for p in scene.parts if p.category == "chair")
    np.testing.assert_allclose(chair.vertices.min(axis=0), (3.4, 0.3, 0.0), atol=1e-6)
    np.testing.assert_allclose(chair.vertices.max(axis=0), (3.9, 0.8, 0.9), atol=1e-6)


def test_boxes_of_rooms(tmp_path):
    scene = load(fixture.write_habitat(tmp_path))
    assert [(r.name, r.label) for r in scene.rooms] == [("living_room_1", "living room"), ("bedroom_2", "bedroom")]
    for room, corners in zip(scene.rooms, (LIVING, BEDROOM), strict=True):
        assert {tuple(c) for c in room.polygon} == set(corners)
        assert (room.floor, room.ceiling) == pytest.approx((0, 2.6))
    assert next(p.room for p in scene.parts if p.category == "bed") == "bedroom_2"
    assert report(scene).rooms == {"bedroom": 1, "living room": 1}


def test_pickle_is_refused_until_it_is_allowed(tmp_path):
    root = fixture.write_gibson(tmp_path)
    with pytest.raises(DataError, match=r"Allensville.npz: holds a Python pickle; .*gibson.allow_pickle to true"):
        load(root)


class Attack:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (self.target, "w"))


def test_pickle_that_asks_for_more_than_data_runs_nothing(tmp_path):
    root = fixture.write_gibson(tmp_path / "gibson")
    (root / f"3DSceneGraph_{fixture.SCENE}.npz").write_bytes(fixture.npz(Attack(str(tmp_path / "made"))))
    with pytest.raises(DataError, match=r"npz: is no scene graph \(UnpicklingError: asks for (_?io|builtins).open\)"):
        load(root, allow_pickle=True)
    assert not (tmp_path / "made").exists()
    assert pickle.dumps(Attack("x"))


def test_splits_of_the_data_set(tmp_path):
    root = fixture.write_habitat(tmp_path)
    fixture.write_habitat(tmp_path, "Beechwood")
    (root / "data.json").write_text(
        json.dumps(
            [
                {"id": fixture.SCENE, "split_tiny": "train", "split_full": "train"},
                {"id": "Beechwood", "split_tiny": "val", "split_full": "none"},
            ]
        )
    )

    def ids(**options):
        return [r.id for r in GibsonSource(GibsonConfig(path=str(root), **options)).discover()]

    assert ids() == [fixture.SCENE, "Beechwood"]
    assert ids(split="tiny_val") == ["Beechwood"]
    assert ids(split="full_train") == [fixture.SCENE]


def test_building_without_annotation(tmp_path):
    root = fixture.write_habitat(tmp_path)
    for file in (SCN, IDS, PLY):
        (root / file).unlink()
    with pytest.raises(
        DataError, match=r"Allensville: has no annotation: Allensville.scn is missing; .*gibson.unlabelled"
    ):
        load(root)
    scene = load(root, unlabelled="accept")
    assert {p.category for p in scene.parts} == {"floor", "wall", "ceiling", "unknown"}
    assert not scene.rooms


def scn(change):
    def edit(root):
        told = json.loads((root / SCN).read_text())
        change(told)
        (root / SCN).write_text(json.dumps(told))

    return edit


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda r: (r / f"{fixture.SCENE}.glb").unlink(), "Allensville: has no Allensville.glb and no .*mesh_z_up.obj"),
        (scn(lambda d: d["objects"][0].pop("class_")), "Allensville.scn: an object or room cannot be read .*class_"),
        (scn(lambda d: d["objects"].append(d["objects"][0])), "Allensville.scn: .*object 1 twice"),
        (scn(lambda d: d["rooms"][0].update(size=[1, -1, 1])), "Allensville.scn: .*box of room 1"),
        (
            scn(lambda d: d["rooms"][0].update(location=["x", 0, 0])),
            "Allensville.scn: an object or room cannot be read",
        ),
        (scn(lambda d: d.update(objects=[])), "Allensville.scn: lists no objects"),
        (lambda r: (r / SCN).write_text("{"), "Allensville.scn: no readable JSON"),
        (
            lambda r: (r / PLY).write_bytes(instance_ply(BOXES[0].vertices, BOXES[0].triangles)),
            "Allensville_semantic.ply: its faces have no object_id",
        ),
        (lambda r: (r / PLY).write_bytes(fixture.semantic_ply()[:-90]), "Allensville_semantic.ply: cut off"),
        (lambda r: (r / PLY).unlink(), "no annotation: Allensville_semantic.ply, or Allensville.ids"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    damage(fixture.write_habitat(tmp_path))
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path)
    assert caught.value.mend and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / IDS).write_bytes(b"\1\0\2"), "Allensville.ids: holds 3 bytes"),
        (lambda f: (f / IDS).write_bytes(bytes(20)), "mesh_z_up.obj: has 192 faces, but its annotation 10"),
        (
            lambda f: (f / "mesh_z_up.obj").write_text(fixture.mesh_obj().replace("f 2", "f two", 1)),
            "mesh_z_up.obj: (a face refers to 'two|cannot be read)",
        ),
        (
            lambda f: (f / "atlas.png").unlink(),
            "mesh_z_up.obj: missing texture: atlas.png does not exist; .*missing_texture",
        ),
    ],
)
def test_faults_of_the_obj_layout(tmp_path, damage, said):
    root = fixture.write_gibson(tmp_path)
    folder = root / fixture.SCENE
    (folder / SCN).write_text(json.dumps({"objects": fixture.objects(), "rooms": fixture.rooms()}))
    (folder / IDS).write_bytes(fixture.face_ids().astype("<i2").tobytes())
    damage(folder)
    with pytest.raises(DataError, match=said) as caught:
        load(root)
    assert caught.value.mend and "\n" not in str(caught.value)
