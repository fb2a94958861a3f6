import json
import pickle

import numpy as np
import pytest
import replica_fixture as fixture
from two_rooms import BOXES, bounds_by_category, expected_bounds

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.replica.config import ReplicaConfig
from vln_pipeline.scenes.replica.source import ReplicaSource
from vln_pipeline.scenes.report import report
from vln_pipeline.scenes.source import open_source


def load(root, **options):
    source = ReplicaSource(ReplicaConfig(path=str(root), **options))
    (ref,) = source.discover()
    return source.load(ref)


def test_home_comes_back_to_the_centimetre_and_label(tmp_path):
    fixture.write(tmp_path)
    scene = load(tmp_path)
    assert bounds_by_category(scene) == expected_bounds()
    assert len(scene.mesh.faces) == 12 * len(BOXES)
    assert {p.name for p in scene.parts} == {f"{b.raw}_{fixture.object_id(i)}" for i, b in enumerate(BOXES)}
    assert (scene.id, scene.source, scene.origin) == ("apartment_0", "replica", "Replica apartment_0")
    assert "non-commercial" in scene.licence
    assert not scene.defects


def test_report_of_the_home(tmp_path):
    fixture.write(tmp_path)
    found = report(load(tmp_path))
    np.testing.assert_allclose(found.extent, (8.2, 5.2, 2.8), atol=1e-5)
    assert found.categories == {
        "wall": 7,
        "ceiling": 2,
        "floor": 2,
        "bed": 1,
        "chair": 1,
        "sofa": 1,
        "table": 1,
        "wardrobe": 1,
    }
    assert (found.triangles, found.lights, found.textures) == (192, 0, 0)


def test_file_is_z_up_as_it_stands(tmp_path):
    """Gravity is -z in Replica's PLY files: a point keeps its coordinates."""
    fixture.write(tmp_path)
    sofa = next(p for p in load(tmp_path).parts if p.category == "sofa")
    np.testing.assert_allclose(sofa.vertices.min(axis=0), (0.2, 0.2, 0.0), atol=1e-6)
    np.testing.assert_allclose(sofa.vertices.max(axis=0), (1.1, 2.2, 0.8), atol=1e-6)


def test_the_frame_is_the_one_that_habitat_is_told(tmp_path):
    """Configurations were not looked at, so that one home stood in the simulator and another lay in the dataset."""
    folder = fixture.write(tmp_path)
    stage = folder / "habitat/replica_stage.stage_config.json"
    told = json.loads(stage.read_text())
    mesh = folder / "habitat/mesh_semantic.ply"
    # The same home in centimetres and y up: what was (x, y, z) is (x, z, -y).
    mesh.write_bytes(fixture.mesh_ply(placed=lambda v: 100 * np.stack([v[:, 0], v[:, 2], -v[:, 1]], axis=1)))
    stage.write_text(json.dumps({"render_asset": told["render_asset"], "units_to_meters": 0.01}))
    axes = {"up": [0, 1, 0], "front": [0, 0, -1]}
    described = {"stages": {"default_attributes": axes, "paths": {".json": ["*/habitat/*.stage_config.json"]}}}
    (tmp_path / "replica.scene_dataset_config.json").write_text(json.dumps(described))
    assert bounds_by_category(load(tmp_path)) == expected_bounds()
    stage.write_text(json.dumps(told | {"up": [0, 0, 0]}))
    with pytest.raises(DataError, match=r"replica_stage\.stage_config\.json: cannot be read .*no axes"):
        load(tmp_path)


def test_quads_keep_their_outside_and_vertices_their_colour(tmp_path):
    fixture.write(tmp_path)
    scene = load(tmp_path)
    sofa = next(p for p in scene.parts if p.category == "sofa")
    a, b, c = np.moveaxis(sofa.vertices[sofa.faces], 1, 0)
    assert np.einsum("fk,fk->", a, np.cross(b, c)) / 6 == pytest.approx(0.9 * 2.0 * 0.8)
    assert np.unique(sofa.colors, axis=0).tolist() == [[90, 60, 40]]
    assert scene.materials[sofa.material].color == (1.0, 1.0, 1.0)


def test_several_scenes_by_pattern_and_by_list(tmp_path):
    for name in ("apartment_0", "apartment_1", "office_0"):
        fixture.write(tmp_path / "replica", name)
    (tmp_path / "few.txt").write_text("office_0\napartment_1\n")

    def ids(**options):
        source = ReplicaSource(ReplicaConfig(path=str(tmp_path / "replica"), **options))
        return [ref.id for ref in source.discover()]

    assert ids() == ["apartment_0", "apartment_1", "office_0"]
    assert ids(scenes="apartment_* office_0") == ["apartment_0", "apartment_1", "office_0"]
    assert ids(scenes="apartment_*") == ["apartment_0", "apartment_1"]
    assert ids(split=str(tmp_path / "few.txt")) == ["apartment_1", "office_0"]


def test_reference_travels_and_does_not_name_the_place(tmp_path):
    for place in ("here", "there"):
        fixture.write(tmp_path / place)
    configs = [ScenesConfig(source="replica", replica=ReplicaConfig(path=str(tmp_path / p))) for p in ("here", "there")]
    refs = [open_source(config, 0).discover()[0] for config in configs]
    assert refs[0].fingerprint == refs[1].fingerprint
    assert configs[0].of_one_scene() == configs[1].of_one_scene()
    elsewhere = open_source(configs[0].of_one_scene(), 0)
    assert elsewhere.load(pickle.loads(pickle.dumps(refs[1]))).id == "apartment_0"


def test_unlabelled_faces_are_one_unknown_object(tmp_path):
    folder = fixture.write(tmp_path)
    told = fixture.info()
    told["objects"] = [o for o in told["objects"] if o["class_name"] != "wardrobe"]
    told["objects"][-1] |= {"class_id": 999, "class_name": ""}
    (folder / "habitat/info_semantic.json").write_text(json.dumps(told))
    scene = load(tmp_path)
    unknown = {p.name: p for p in scene.parts if p.category == "unknown"}
    assert sorted(unknown) == ["object_31", "unlabelled"]


def edited_info(change):
    def edit(folder):
        told = fixture.info()
        change(told)
        (folder / "habitat/info_semantic.json").write_text(json.dumps(told))

    return edit


def ply(**options):
    return lambda folder: (folder / "habitat/mesh_semantic.ply").write_bytes(fixture.mesh_ply(**options))


def patched(old: bytes, new: bytes):
    return lambda folder: (folder / "habitat/mesh_semantic.ply").write_bytes(fixture.mesh_ply().replace(old, new))


def cut(share: float):
    whole = fixture.mesh_ply()
    return lambda folder: (folder / "habitat/mesh_semantic.ply").write_bytes(whole[: int(share * len(whole))])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "habitat/mesh_semantic.ply").unlink(), r"habitat/mesh_semantic.ply: is missing; download"),
        (lambda f: (f / "habitat/info_semantic.json").unlink(), r"habitat/info_semantic.json: is missing; download"),
        (ply(ids=False), "mesh_semantic.ply: its faces have no object_id"),
        (ply(colors=False), "mesh_semantic.ply: its vertices have no colours"),
        (cut(0.3), "mesh_semantic.ply: cut off: claims 128 vertices"),
        (cut(0.9), "mesh_semantic.ply: cut off after .* of 96 faces"),
        (cut(0.001), "mesh_semantic.ply: no PLY header"),
        (patched(b"binary_little_endian", b"ascii"), "mesh_semantic.ply: is not binary little-endian"),
        (patched(b"element face 96", b"element face 9999999"), "mesh_semantic.ply: cut off: claims 9999999 faces"),
        (patched(b"element face 96", b"element face 99999999999"), "mesh_semantic.ply: 99999999999 faces; raise max"),
        (patched(b"float ny", b"tensor ny"), "mesh_semantic.ply: a property is unknown"),
        (lambda f: (f / "habitat/info_semantic.json").write_text("{"), "info_semantic.json: no readable JSON"),
        (lambda f: (f / "habitat/info_semantic.json").write_text("[]"), "info_semantic.json: holds no JSON object"),
        (edited_info(lambda d: d.pop("objects")), "info_semantic.json: its classes and objects cannot be read"),
        (edited_info(lambda d: d["objects"].append(d["objects"][0])), "info_semantic.json: holds object 3 twice"),
    ],
)
def test_faults_are_one_line(tmp_path, damage, said):
    damage(fixture.write(tmp_path))
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path)
    assert caught.value.mend and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"path": ""}, "scenes.replica.path: is not set"),
        ({"path": "no/such/folder"}, "no/such/folder: is no folder"),
        ({"scenes": "kitchen_*"}, r"scenes.replica.scenes: 'kitchen_\*' fits none of 1 scenes, such as apartment_0"),
        ({"split": "validation"}, r"scenes.replica.split: 'validation' is neither a split of the data set \(none\)"),
    ],
)
def test_wrong_parameters_are_named(tmp_path, options, said):
    fixture.write(tmp_path)
    with pytest.raises(DataError, match=said):
        ReplicaSource(ReplicaConfig(**{"path": str(tmp_path), **options})).discover()


def test_folder_of_something_else(tmp_path):
    (tmp_path / "notes").mkdir()
    with pytest.raises(DataError, match=r"holds no scene of replica; see docs/how-to/scenes/replica.md"):
        ReplicaSource(ReplicaConfig(path=str(tmp_path))).discover()


def test_link_out_of_the_root_is_refused(tmp_path):
    folder = fixture.write(tmp_path / "replica")
    mesh = folder / "habitat/mesh_semantic.ply"
    mesh.rename(tmp_path / "elsewhere.ply")
    mesh.symlink_to(tmp_path / "elsewhere.ply")
    with pytest.raises(DataError, match=r"mesh_semantic.ply' leads out of the data set's folder"):
        load(tmp_path / "replica")
