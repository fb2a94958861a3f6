import json

import hssd_fixture as fixture
import numpy as np
import pytest
from two_rooms import BEDROOM, LIVING, bounds_by_category, expected_bounds

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import regions, scene_instance
from vln_pipeline.scenes.hssd.config import HssdConfig
from vln_pipeline.scenes.hssd.source import HssdSource
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.report import report

INSTANCE = f"scenes/{fixture.SCENE}.scene_instance.json"


def load(root, **options):
    source = HssdSource(HssdConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


def edit(root, file, change):
    told = json.loads((root / file).read_text())
    change(told)
    (root / file).write_text(json.dumps(told))


def test_objects_come_back_to_the_centimetre_and_label(tmp_path):
    """Assets are half as large, lie about their own origin and are turned; the arrangement brings them home."""
    scene = load(fixture.write(tmp_path))
    found, expected = bounds_by_category(scene), expected_bounds(fixture.OBJECTS)
    assert {c: found[c] for c in expected} == expected
    assert (scene.id, scene.source, scene.origin) == (fixture.SCENE, "hssd", f"HSSD {fixture.SCENE}")


def test_building_is_told_by_its_geometry(tmp_path):
    scene = load(fixture.write(tmp_path))
    np.testing.assert_allclose(scene.bounds, [(-0.1, -0.1, -0.1), (8.1, 5.1, 2.7)], atol=1e-6)
    area = dict.fromkeys(("floor", "ceiling", "wall"), 0.0)
    for part in scene.parts:
        a, b, c = np.moveaxis(part.vertices[part.faces], 1, 0)
        normal = np.cross(b - a, c - a) / 2
        if part.category == "wall":
            area["wall"] += np.linalg.norm(normal, axis=1)[np.abs(normal[:, 2]) < 1e-9].sum()
        elif part.category in area:
            sign = 1 if part.category == "floor" else -1
            area[part.category] += np.maximum(sign * normal[:, 2], 0).sum()
    assert area["floor"] == pytest.approx(40, abs=2)
    assert area["ceiling"] == pytest.approx(40, abs=2)
    assert area["wall"] > 2 * (8 + 5) * 2.6


def test_rooms_and_what_stands_in_them(tmp_path):
    scene = load(fixture.write(tmp_path))
    assert [(r.name, r.label, r.floor, r.ceiling) for r in scene.rooms] == [
        ("living", "living room", 0.0, 2.6),
        ("bed", "bedroom", 0.0, 2.6),
    ]
    for room, corners in zip(scene.rooms, (LIVING, BEDROOM), strict=True):
        assert {tuple(np.round(c, 6)) for c in room.polygon} == set(corners)
        x, y = room.polygon.T
        assert (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() > 0, "anti-clockwise"
    rooms = {p.category: p.room for p in scene.parts}
    assert (rooms["sofa"], rooms["bed"], rooms["wardrobe"]) == ("living", "bed", "bed")
    assert report(scene).rooms == {"bedroom": 1, "living room": 1}


def test_textures_are_decoded(tmp_path):
    scene = load(fixture.write(tmp_path))
    bed = next(p for p in scene.parts if p.category == "bed")
    np.testing.assert_array_equal(scene.materials[bed.material].texture, np.full((4, 4, 3), (60, 60, 150), np.uint8))


def test_known_pose(tmp_path):
    """A placement at (1, 2, 3) of Habitat, turned left by 90 degrees: the asset's front -z becomes -x, ours too."""
    (tmp_path / "x.scene_instance.json").write_text(
        json.dumps(
            {
                "stage_instance": {"template_name": "stages/x"},
                "object_instances": [
                    {"template_name": "a", "translation": [1, 2, 3], "rotation": fixture.wxyz(90), "uniform_scale": 2}
                ],
            }
        )
    )
    (placement,) = scene_instance.read(Folder(tmp_path, 1), tmp_path / "x.scene_instance.json").objects
    assert placement.centred
    moved = placement(np.array([[0, 0, 0], [0, 0, -1.0]]), np.zeros(3))
    np.testing.assert_allclose(moved, [[1, 2, 3], [-1, 2, 3]], atol=1e-12)


def test_translation_of_the_centre_of_mass(tmp_path):
    root = fixture.write(tmp_path)
    expected = bounds_by_category(load(root))["table"]

    def centre(told):
        told["translation_origin"] = "COM"
        for entry in told["object_instances"]:
            entry["translation_origin"] = "asset_local"
        table = next(e for e in told["object_instances"] if e["template_name"] == fixture.handle(fixture.OBJECTS[2]))
        del table["translation_origin"]
        table["translation"][1] += 0.75 / 2

    edit(root, INSTANCE, centre)
    assert bounds_by_category(load(root))["table"] == expected


def test_an_arrangement_is_read_as_the_simulator_reads_it(tmp_path):
    """Stage instances were moved and centred, objects of another unit scaled, and their own origin was the default.

    Habitat only scales a stage (up to 92 % of the pixels were elsewhere), takes objects for metres (16 %), and puts the
    centre of their bounding box at the translation unless told otherwise (7 %).
    """
    root = fixture.write(tmp_path)
    expected = bounds_by_category(load(root))

    def moved(told):
        told["stage_instance"] |= {"translation": [5, 1, 2], "rotation": fixture.wxyz(30), "translation_origin": "COM"}

    edit(root, INSTANCE, moved)
    for file in (root / "objects").rglob("*.object_config.json"):
        edit(root, file.relative_to(root).as_posix(), lambda told: told.update(units_to_meters=0.01))
    assert bounds_by_category(load(root)) == expected

    edit(root, INSTANCE, lambda told: told.pop("translation_origin"))
    table = {c: np.array(b) for c, b in bounds_by_category(load(root)).items()}["table"]
    lowered = np.array(expected["table"])
    lowered[:, [2, 5]] -= 0.75 / 2
    np.testing.assert_allclose(table, lowered, atol=0.006)  # bounds are told to the centimetre


def test_mirrored_object_keeps_its_outside(tmp_path):
    root = fixture.write(tmp_path)
    edit(root, INSTANCE, lambda d: d["object_instances"][3].update(non_uniform_scale=[-2, 2, 2]))
    bed = next(p for p in load(root).parts if p.category == "bed")
    a, b, c = np.moveaxis(bed.vertices[bed.faces], 1, 0)
    assert np.einsum("fk,fk->", a, np.cross(b, c)) / 6 == pytest.approx(1.9 * 1.9 * 0.5, rel=1e-5)


def test_table_of_objects_comes_before_the_lexicon(tmp_path):
    root = fixture.write(tmp_path)
    chair = fixture.handle(fixture.OBJECTS[1])
    (root / "semantics/objects.csv").write_text(f"id,name,main_category\n{chair},Aeron,office_chair\n")
    assert "office chair" in bounds_by_category(load(root))
    (root / "semantics/hssd-hab_semantic_lexicon.json").unlink()
    assert {p.category for p in load(root).parts if p.name.startswith("object_")} == {"unknown"}


def test_splits_of_the_data_set(tmp_path):
    root = fixture.write(tmp_path)
    fixture.write(tmp_path, "102344022")
    (root / "scene_splits.yaml").write_text("train: ['102344022']\nval:\n- '102343992'\n")

    def ids(**options):
        return [r.id for r in HssdSource(HssdConfig(path=str(root), **options)).discover()]

    assert ids() == ["102343992", "102344022"]
    assert ids(split="val") == ["102343992"]
    with pytest.raises(DataError, match=r"hssd.split: 'test' is neither a split of the data set \(train, val\)"):
        ids(split="test")


def test_digest_follows_the_objects_of_the_scene(tmp_path):
    root = fixture.write(tmp_path)

    def digest():
        return HssdSource(HssdConfig(path=str(root))).discover()[0].digest

    seen = [digest()]
    for file in (f"stages/{fixture.SCENE}.glb", f"objects/{fixture.handle(fixture.OBJECTS[0])[0]}", INSTANCE):
        path = root / file
        path = next(path.glob("*.glb")) if path.is_dir() else path
        path.write_bytes(path.read_bytes() + b"\n")
        seen.append(digest())
    assert len(set(seen)) == 4


def test_missing_object_is_refused_or_left_out(tmp_path):
    root = fixture.write(tmp_path)
    next((root / "objects").glob("*/*.object_config.json")).unlink()
    with pytest.raises(
        DataError, match=r"scene_instance.json: its object '.*' is missing; .*hssd.missing_object to skip"
    ):
        load(root)
    assert "1 objects left out: their files are missing" in load(root, missing_object="skip").defects


def placed(**fields):
    return lambda root: edit(root, INSTANCE, lambda d: d["object_instances"][0].update(fields))


def staged(**fields):
    return lambda root: edit(root, f"stages/{fixture.SCENE}.stage_config.json", lambda d: d.update(fields))


def region(**fields):
    def change(told):
        told["region_annotations"][0].update(fields)

    return lambda root: edit(root, f"semantics/scenes/{fixture.SCENE}.semantic_config.json", change)


def removed(file):
    return lambda root: (root / file).unlink()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (removed("hssd-hab.scene_dataset_config.json"), "hssd-hab.scene_dataset_config.json: is missing"),
        (removed(f"stages/{fixture.SCENE}.stage_config.json"), "its stage 'stages/102343992' is missing"),
        (removed(f"stages/{fixture.SCENE}.glb"), "102343992.glb: is missing, and .*stage_config.json refers to it"),
        (
            removed("semantics/hssd-hab_semantic_lexicon.json"),
            "lexicon.json: is missing, and so is semantics/objects.csv",
        ),
        (placed(rotation=[1, 0, 0]), "a placement cannot be read .*is no quaternion"),
        (placed(rotation=[0, 0, 0, 0]), "a placement cannot be read"),
        (placed(translation=["a", 0, 0]), "a placement cannot be read"),
        (placed(non_uniform_scale=[1, 0, 1]), "a placement cannot be read .*scale"),
        (placed(template_name="../../../etc/passwd"), "leads out of the data set's folder"),
        (staged(render_asset="../../secret.glb"), "'../../secret.glb' leads out of the data set's folder"),
        (staged(render_asset="/etc/passwd"), "'/etc/passwd' leads out of the data set's folder"),
        (staged(up=[0, 0, 0]), "stage_config.json: cannot be read .*are no axes"),
        (staged(origin=[1, 0, 0]), "stage_config.json: shifts its origin"),
        (region(poly_loop=[[0, 0, 0], [1, 0, 0]]), "semantic_config.json: a region cannot be read"),
        (region(floor_height="nan"), "semantic_config.json: a region cannot be read"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    root = fixture.write(tmp_path / "hssd-hab")
    damage(root)
    with pytest.raises(DataError, match=said) as caught:
        load(root)
    assert caught.value.mend and "\n" not in str(caught.value)


@pytest.mark.real
def test_published_examples_of_regions_and_arrangement(real_scenes):
    folder = Folder(real_scenes / "habitat_test_assets", 1)
    rooms = regions.read(folder, folder.root / "semantic/test_regions.semantic_config.json")
    assert [(r.name, r.label, r.floor, r.ceiling) for r in rooms] == [
        ("test_region_negativeX", "bedroom", -2.0, 2.0),
        ("test_region_positiveX", "bathroom", -2.0, 2.0),
    ]
    assert {tuple(c) for c in rooms[0].polygon} >= {(-25.0, 0.0), (-20.0, 10.0), (-20.0, -10.0)}
    file = folder.root / "dataset_tests/dataset_0/scenes/dataset_test_scene.scene_instance.json"
    found = scene_instance.read(folder, file)
    assert not found.stage.centred and [o.template for o in found.objects] == [
        "dataset_test_object1",
        "dataset_test_object2",
    ]
    np.testing.assert_array_equal(found.stage.translation, [0, 0, 0])  # which the simulator does not look at
