import pickle
import re

import pytest
from mesh_rooms import room, write_glb, write_obj

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.mesh.config import MeshConfig
from vln_pipeline.scenes.mesh.source import MeshSource
from vln_pipeline.scenes.source import open_source


def discover(path, **options):
    return MeshSource(MeshConfig(path=str(path), **options)).discover()


def test_folder_lists_mesh_files_only(tmp_path):
    for name in ("b/room.glb", "a/room.GLB", "house.ply", "notes.txt", "a/texture.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"anything")
    refs = discover(tmp_path)
    assert [r.location for r in refs] == [str(tmp_path / n) for n in ("a/room.GLB", "b/room.glb", "house.ply")]
    assert refs[2].id == "house"
    assert len({r.id for r in refs}) == 3 and all(r.id.startswith("room-") for r in refs[:2])
    assert [r.id for r in discover(tmp_path, id="path")] == ["a-room", "b-room", "house"]
    assert pickle.loads(pickle.dumps(refs)) == refs


def test_glob_and_pattern(tmp_path):
    for name in ("s1/mesh.ply", "s1/other.ply", "s2/mesh.ply"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert [r.id for r in discover(tmp_path / "*" / "mesh.ply", id="path")] == ["s1-mesh", "s2-mesh"]
    assert [r.id for r in discover(tmp_path, pattern="**/other.*")] == ["other"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my flat (2).glb", "my-flat-2"),
        ("wohnung_größe.glb", "wohnung_gr-e"),
        ("???.glb", "scene"),
        ("..glb.glb", "glb"),
    ],
)
def test_unusual_names_become_legal_ids(tmp_path, name, expected):
    (tmp_path / name).write_bytes(b"x")
    (ref,) = discover(tmp_path)
    assert ref.id == expected


def test_ids_differ_in_more_than_case(tmp_path):
    for name in ("Room.glb", "room.ply", "room 1.glb", "room-1.glb"):
        (tmp_path / name).write_bytes(b"x")
    ids = [r.id.lower() for r in discover(tmp_path)]
    assert len(set(ids)) == 4


def test_digest_follows_every_file_that_counts(tmp_path):
    path, mapping = write_obj(tmp_path), tmp_path / "map.csv"
    mapping.write_text("a,b\n")

    def digest() -> str:
        (ref,) = discover(path, categories=str(mapping))
        return ref.digest

    (tmp_path / "glow.png").write_bytes((tmp_path / "oak.png").read_bytes())
    (tmp_path / "room.mtl").write_text((tmp_path / "room.mtl").read_text() + "Ke 1 1 1\nmap_Ke glow.png\n")
    seen = [digest()]
    for file in (path, tmp_path / "room.mtl", tmp_path / "oak.png", tmp_path / "glow.png", mapping):
        file.write_bytes(file.read_bytes() + b"\n")
        seen.append(digest())
    assert len(set(seen)) == 6
    (tmp_path / "unrelated.png").write_bytes(b"x")
    assert digest() == seen[-1]


def test_fingerprint_does_not_depend_on_the_place(tmp_path):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        write_glb(tmp_path / folder / "room.glb")
    (here,), (there,) = discover(tmp_path / "here"), discover(tmp_path / "there")
    assert here != there and here.fingerprint == there.fingerprint
    write_glb(tmp_path / "there" / "room.glb", textured=False)
    (changed,) = discover(tmp_path / "there")
    assert changed.fingerprint != here.fingerprint


def test_broken_scene_does_not_hide_the_others(tmp_path):
    write_glb(tmp_path / "good.glb")
    (tmp_path / "broken.glb").write_bytes(b"\x00\xff" * 50)
    (tmp_path / "deep.gltf").write_text("[" * 100_000)
    source = MeshSource(MeshConfig(path=str(tmp_path)))
    broken, deep, good = source.discover()
    assert len(source.load(good).parts) == len(room())
    for ref, name in ((broken, "broken.glb"), (deep, "deep.gltf")):
        with pytest.raises(DataError, match=name):
            source.load(ref)


@pytest.mark.parametrize("path", ["", "nowhere", "nowhere/*.glb"])
def test_nothing_to_list_names_the_parameter(path):
    with pytest.raises(DataError, match=r"set scenes.mesh.path"):
        discover(path)


def test_empty_folder_says_so(tmp_path):
    with pytest.raises(DataError, match=r"no .glb, .gltf, .obj, .ply file"):
        discover(tmp_path)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("house.dae", "trimesh.load_scene('house.dae').export('house.glb')"),
        ("house.usda", "usd_import(filepath='house.usda')"),
        ("train_0.json", "a house of ProcTHOR is a plan, not a mesh"),
        ("scan.e57", "mesh it first"),
    ],
)
def test_a_foreign_format_is_told_how_to_convert(tmp_path, name, how):
    """Other formats ended in "no .glb ... file", with no word on conversion."""
    (tmp_path / name).write_bytes(b"x")
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(DataError, match=re.escape(how)) as caught:
            discover(path)
        assert caught.value.subject == name
    write_glb(tmp_path / "room.glb")
    assert len(discover(tmp_path)) == 1


def test_open_source_reads_the_configuration(tmp_path):
    write_glb(tmp_path / "flat.glb")
    config = ScenesConfig(source="mesh", mesh=MeshConfig(path=str(tmp_path), licence="CC0"))
    source = open_source(config, seed=7)
    (ref,) = source.discover()
    scene = source.load(ref)
    assert (scene.id, scene.source, scene.licence) == ("flat", "mesh", "CC0")
