import sys
from dataclasses import replace

import hm3d_fixture as fixture
import numpy as np
import pytest
from glb_fixture import boxes_glb
from two_rooms import BEDROOM, BOXES, LIVING, Box, bounds_by_category, expected_bounds, to_y_up

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.hm3d.config import Hm3dConfig
from vln_pipeline.scenes.hm3d.source import Hm3dSource
from vln_pipeline.scenes.report import report


def load(root, **options):
    source = Hm3dSource(Hm3dConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


@pytest.mark.parametrize("basis", [True, False])
def test_home_comes_back_to_the_centimetre_and_label(tmp_path, basis):
    fixture.write(tmp_path, basis=basis)
    scene = load(tmp_path)
    assert bounds_by_category(scene) == expected_bounds()
    assert len(scene.mesh.faces) == 12 * len(BOXES)
    assert {p.name for p in scene.parts} == {f"{b.raw}_{fixture.FIRST + i}" for i, b in enumerate(BOXES)}
    assert (scene.id, scene.source, scene.origin) == (fixture.SCENE, "hm3d", f"HM3D {fixture.SCENE}")
    assert not scene.defects


def test_texture_is_decoded(tmp_path):
    """Each box shows the colour of its own block, out of KTX2."""
    fixture.write(tmp_path)
    scene = load(tmp_path)
    for part in scene.parts:
        box = BOXES[int(part.name.rpartition("_")[2]) - fixture.FIRST]
        texture = scene.materials[part.material].texture
        u, v = part.uv[0]
        assert tuple(texture[int((1 - v) * texture.shape[0]), int(u * texture.shape[1])]) == box.color


def test_regions_become_rooms(tmp_path):
    fixture.write(tmp_path)
    scene = load(tmp_path)
    assert [r.name for r in scene.rooms] == ["region_4", "region_7"]
    for room, corners in zip(scene.rooms, (LIVING, BEDROOM), strict=True):
        assert {tuple(np.round(c, 3)) for c in room.polygon} == set(corners)
        assert (room.floor, room.ceiling) == pytest.approx((0.0, 2.6), abs=1e-6)
    assert next(p.room for p in scene.parts if p.category == "bed") == "region_7"
    assert report(scene).rooms == {"unknown": 2}


def test_glb_is_z_up_against_the_rule_of_its_format(tmp_path):
    """Up is +z and front +y by the data set's configuration, and without any configuration."""
    fixture.write(tmp_path)
    told = load(tmp_path)
    (tmp_path / "hm3d_annotated_basis.scene_dataset_config.json").unlink()
    for scene in (told, load(tmp_path)):
        wardrobe = next(p for p in scene.parts if p.category == "wardrobe")
        np.testing.assert_allclose(wardrobe.vertices.min(axis=0), (5.0, 0.1, 0.0), atol=1e-6)
        np.testing.assert_allclose(wardrobe.vertices.max(axis=0), (6.5, 0.7, 2.0), atol=1e-6)


def test_configuration_with_other_axes_is_obeyed(tmp_path):
    folder = fixture.write(tmp_path, basis=False)
    (folder / f"{fixture.HASH}.glb").write_bytes(boxes_glb(BOXES, to_y_up))
    (folder / f"{fixture.HASH}.semantic.glb").write_bytes(
        boxes_glb(BOXES, to_y_up, [fixture.color_of(i) for i in range(len(BOXES))])
    )
    config = tmp_path / "hm3d_annotated_basis.scene_dataset_config.json"
    config.write_text(
        config.read_text().replace("[0, 0, 1]", "[0, 1, 0]").replace('front": [0, 1, 0]', 'front": [0, 0, -1]')
    )
    assert bounds_by_category(load(tmp_path)) == expected_bounds()


def test_picture_painted_on_a_wall_is_cut_out_of_it(tmp_path):
    """The shown mesh has the whole wall in two triangles a side; in the painted one a picture is let into it."""
    folder = fixture.write(tmp_path)
    wall = next(b for b in BOXES if b.low == (0, 5.0, 0))
    pieces = [((0, 0), (8, 1.2)), ((0, 2.0), (8, 2.6)), ((0, 1.2), (1.0, 2.0)), ((2.2, 1.2), (8, 2.0))]
    rim = [replace(wall, low=(x, 5.0, z), high=(u, 5.1, w)) for (x, z), (u, w) in pieces]
    picture = Box("oil painting", "picture", (1.0, 5.0, 1.2), (2.2, 5.1, 2.0), 0, (1, 2, 3))
    boxes = (*(b for b in BOXES if b is not wall), *rim, picture)
    (folder / f"{fixture.HASH}.semantic.glb").write_bytes(fixture.semantic_glb(boxes))
    (folder / f"{fixture.HASH}.semantic.txt").write_text(fixture.semantic_txt(boxes))
    (part,) = (p for p in load(tmp_path).parts if p.category == "picture")
    np.testing.assert_allclose(part.vertices.min(axis=0), (1.0, 5.0, 1.2), atol=0.1)
    np.testing.assert_allclose(part.vertices.max(axis=0), (2.2, 5.1, 2.0), atol=0.1)
    a, b, c = np.moveaxis(part.vertices[part.faces], 1, 0)
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2 == pytest.approx(2 * 1.2 * 0.8, rel=0.05)


def test_category_with_a_comma_unknown_category_and_no_region(tmp_path):
    folder = fixture.write(tmp_path)
    text = folder / f"{fixture.HASH}.semantic.txt"
    rows = (
        text.read_text()
        .replace('"sofa",4', '"sofa, old",-1')
        .replace('"bed"', '"blorptangle"')
        .replace('"chair"', '"unknown"')
    )
    text.write_text(rows)
    scene = load(tmp_path)
    assert next(p.room for p in scene.parts if p.name.startswith("sofa, old")) is None
    assert {p.name.rpartition("_")[0] for p in scene.parts if p.category == "unknown"} == {"blorptangle", "unknown"}
    assert scene.defects == ("1 objects of 1 raw categories outside the vocabulary: blorptangle (1)",)


def test_mapping_of_the_user_comes_first(tmp_path):
    fixture.write(tmp_path)
    (tmp_path / "map.csv").write_text("so?a,bench\n")
    assert len(bounds_by_category(load(tmp_path, categories=str(tmp_path / "map.csv")))["bench"]) == 1


def test_scene_without_annotation_is_refused_or_told_by_its_geometry(tmp_path):
    folder = fixture.write(tmp_path)
    (folder / f"{fixture.HASH}.semantic.glb").unlink()
    with pytest.raises(
        DataError, match=r"00800-TEEsavR23oF: has no annotation: semantic.glb is missing; .*hm3d.unlabelled"
    ):
        load(tmp_path)
    scene = load(tmp_path, unlabelled="accept")
    assert {"floor", "ceiling", "wall", "unknown"} == {p.category for p in scene.parts}
    assert "no annotation: objects are unknown" in scene.defects


def test_decoder_that_is_not_installed(tmp_path, monkeypatch):
    fixture.write(tmp_path)
    monkeypatch.setitem(sys.modules, "opengl_basisu", None)
    with pytest.raises(
        DataError, match=r"basis.glb: missing texture: .*opengl_basisu is not installed .*missing_texture"
    ):
        load(tmp_path)
    scene = load(tmp_path, missing_texture="flat")
    assert scene.materials[0].texture is None
    assert any("KTX2-compressed" in d for d in scene.defects)
    assert bounds_by_category(scene) == expected_bounds()


def test_archives_side_by_side_are_one_tree(tmp_path):
    folder = fixture.write(tmp_path, "hm3d-val-habitat-v0.2")
    notes = tmp_path / "hm3d-val-semantic-annots-v0.2" / fixture.SCENE
    notes.mkdir(parents=True)
    for ending in ("glb", "txt"):
        (folder / f"{fixture.HASH}.semantic.{ending}").rename(notes / f"{fixture.HASH}.semantic.{ending}")
    assert bounds_by_category(load(tmp_path, split="val")) == expected_bounds()


def test_splits(tmp_path):
    fixture.write(tmp_path, "train", "00001-aaaaaaaaaaa")
    fixture.write(tmp_path, "val")
    fixture.write(tmp_path, "minival")

    def ids(**options):
        return [
            (r.id, r.location.split("/")[-2]) for r in Hm3dSource(Hm3dConfig(path=str(tmp_path), **options)).discover()
        ]

    assert ids() == [("00001-aaaaaaaaaaa", "train"), (fixture.SCENE, "val")]
    assert ids(split="minival") == [(fixture.SCENE, "minival")]
    assert ids(split="train", scenes="0000?-*") == [("00001-aaaaaaaaaaa", "train")]
    with pytest.raises(DataError, match=r"hm3d.split: 'dev' is neither a split of the data set \(train, val\)"):
        ids(split="dev")


def rewritten(ending, change):
    def edit(folder):
        file = folder / f"{fixture.HASH}.{ending}"
        file.write_text(change(file.read_text()))

    return edit


def cut(ending, share):
    def edit(folder):
        file = folder / f"{fixture.HASH}.{ending}"
        file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])

    return edit


def painted_elsewhere(folder):
    far = [replace(b, low=tuple(np.add(b.low, 50)), high=tuple(np.add(b.high, 50))) for b in BOXES]
    (folder / f"{fixture.HASH}.semantic.glb").write_bytes(fixture.semantic_glb(tuple(far)))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda f: (f / f"{fixture.HASH}.basis.glb").unlink(),
            "00800-TEEsavR23oF: has no TEEsavR23oF.glb or .basis.glb",
        ),
        (lambda f: (f / f"{fixture.HASH}.semantic.txt").unlink(), "no annotation: semantic.txt is missing"),
        (rewritten("semantic.txt", lambda t: t[5:]), "semantic.txt: does not begin with 'HM3D Semantic Annotations'"),
        (rewritten("semantic.txt", lambda t: t.replace(",4\n", ",four\n", 1)), "semantic.txt: line 2 cannot be read"),
        (rewritten("semantic.txt", lambda t: t.replace("FAF0", "FAF")), "semantic.txt: line 2 cannot be read"),
        (rewritten("semantic.txt", lambda t: t + t.splitlines()[1].replace("2,", "99,", 1)), "colour of instance 2"),
        (rewritten("semantic.txt", lambda t: t.splitlines()[0]), "semantic.txt: lists no instances"),
        (lambda f: (f / f"{fixture.HASH}.semantic.glb").write_bytes(boxes_glb(BOXES)), "bears none of the colours"),
        (painted_elsewhere, r"semantic.glb: lies nowhere within 0.1 m of the scene's mesh"),
        (cut("basis.glb", 0.5), r"basis.glb: cut off"),
        (cut("semantic.glb", 0.7), r"semantic.glb: cut off"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    damage(fixture.write(tmp_path))
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path)
    assert caught.value.mend and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"up": [0, 0, 1]', '"up": [0, 1, 0]', "are not perpendicular"),
        ('"up": [0, 0, 1], ', "", "up and front must both be given"),
        ('{"stages"', '["stages"', "no readable JSON"),
        ('"paths": {', '"paths": 7, "p": {', "its groups cannot be read"),
    ],
)
def test_faults_of_the_configuration(tmp_path, old, new, said):
    fixture.write(tmp_path)
    config = tmp_path / "hm3d_annotated_basis.scene_dataset_config.json"
    config.write_text(config.read_text().replace(old, new))
    with pytest.raises(DataError, match=f"hm3d_annotated_basis.scene_dataset_config.json: .*{said}"):
        load(tmp_path)
