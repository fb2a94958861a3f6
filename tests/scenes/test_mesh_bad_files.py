"""Whatever a file holds, it loads or is refused with one line that names it, the cause and the mend."""

import json
import struct

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mesh_rooms import Builder, glb, load, picture, square, write_glb, write_obj

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Scene


def floor() -> Builder:
    builder = Builder()
    primitive = {
        "attributes": {"POSITION": builder.accessor(square())},
        "indices": builder.accessor(np.array([0, 1, 2, 0, 2, 3], dtype=np.uint16)),
    }
    builder.document |= {
        "meshes": [{"primitives": [primitive]}],
        "nodes": [{"name": "Floor", "mesh": 0}],
        "scenes": [{"nodes": [0]}],
    }
    return builder


def refused(path, cause: str) -> None:
    with pytest.raises(DataError, match=cause) as caught:
        load(path)
    assert caught.value.subject == path.name
    assert caught.value.mend
    assert "\n" not in str(caught.value)


def edited(**changes) -> bytes:
    """A floor whose accessors, views or nodes are overwritten: ``accessors__0__count=5``."""
    builder = floor()
    data = builder.bytes()
    for key, value in changes.items():
        *path, last = [int(k) if k.isdigit() else k for k in key.split("__")]
        entry = builder.document
        for step in path:
            entry = entry[step]
        entry[last] = value
    return glb(builder.document, builder.binary) if changes else data


@pytest.mark.parametrize("suffix", [".glb", ".gltf", ".obj", ".ply"])
@pytest.mark.parametrize(
    "content", [b"", bytes(range(256)) * 20, b"glTF", b"ply\n"], ids=["empty", "noise", "gltf", "ply"]
)
def test_files_that_hold_no_scene(tmp_path, suffix, content):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(content)
    refused(path, "broken")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncated_glb(tmp_path, share):
    whole = write_glb(tmp_path / "cut.glb").read_bytes()
    (tmp_path / "cut.glb").write_bytes(whole[: int(len(whole) * share)])
    refused(tmp_path / "cut.glb", "cut")


@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_truncated_ply(tmp_path, share):
    whole = trimesh.creation.box((5, 5, 3)).export(file_type="ply")
    (tmp_path / "cut.ply").write_bytes(whole[: int(len(whole) * share)])
    refused(tmp_path / "cut.ply", "cannot be read as ply|no triangles")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"accessors__0__count": 2**40}, "claims 1099511627776 items"),
        ({"accessors__0__count": -1}, "claims -1 items"),
        ({"accessors__1__byteOffset": 2**31}, "claims 6 items"),
        ({"bufferViews__0__byteLength": 2**40}, r"claims bytes 0 to 1099511627776"),
        ({"bufferViews__0__byteOffset": -8}, r"claims bytes -8"),
        ({"bufferViews__0__byteStride": 2**33}, "claims 4 items"),
        ({"nodes__0__mesh": 7}, r"refers to meshes\[7\]"),
        ({"nodes__0__children": [0]}, "more than one parent"),
        ({"nodes__0__scale": [float("inf"), 1, 1]}, "not finite"),
        ({"scenes__0__nodes": [-1]}, r"refers to nodes\[-1\]"),
        ({"asset__version": "1.0"}, "no glTF 2.0"),
        ({"meshes__0__primitives": []}, "no triangles"),
        ({"meshes__0__primitives__0__material": 3}, r"refers to materials\[3\]"),
    ],
)
def test_documents_that_lie(tmp_path, changes, cause):
    (tmp_path / "liar.glb").write_bytes(edited(**changes))
    refused(tmp_path / "liar.glb", cause)


def test_bufferless_accessor_allocates_nothing(tmp_path):
    builder = floor()
    builder.bytes()
    del builder.document["accessors"][0]["bufferView"]
    builder.document["accessors"][0]["count"] = 2**45
    (tmp_path / "liar.glb").write_bytes(glb(builder.document, builder.binary))
    refused(tmp_path / "liar.glb", "holds no data")


def test_small_file_that_places_a_mesh_many_times(tmp_path):
    builder = floor()
    builder.document["nodes"] = [{"mesh": 0}] * 2000
    builder.document["scenes"] = [{"nodes": list(range(2000))}]
    (tmp_path / "bomb.glb").write_bytes(builder.bytes())
    with pytest.raises(DataError, match=r"bomb.glb: more than 1000 triangles; .*max_triangles"):
        load(tmp_path / "bomb.glb", max_triangles=1000)


def test_file_larger_than_the_limit(tmp_path):
    write_glb(tmp_path / "big.glb")
    with pytest.raises(DataError, match=r"big.glb: .* GiB; raise scenes.mesh.max_file_size"):
        load(tmp_path / "big.glb", max_file_size=1e-7)


def test_huge_declared_counts_of_a_ply(tmp_path):
    (tmp_path / "liar.ply").write_bytes(
        b"ply\nformat binary_little_endian 1.0\nelement vertex 99999999999\nproperty float x\nproperty float y\n"
        b"property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n" + bytes(64)
    )
    refused(tmp_path / "liar.ply", "cannot be read as ply")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_all_vertices_not_finite(tmp_path, bad):
    builder = floor()
    builder.document["accessors"][0] |= {"bufferView": builder.view(np.full((4, 3), bad, np.float32).tobytes())}
    (tmp_path / "nan.glb").write_bytes(builder.bytes())
    refused(tmp_path / "nan.glb", "no triangle has finite vertices")


@pytest.mark.parametrize(
    "uri",
    [
        "../secret.bin",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.org/a.bin",
        "..%2Fsecret.bin",
        "a/..\\..\\secret.bin",
    ],
)
@pytest.mark.parametrize("kind", ["buffers", "images"])
def test_gltf_does_not_leave_its_folder(tmp_path, uri, kind):
    (tmp_path / "secret.bin").write_bytes(bytes(100))
    folder = tmp_path / "scene"
    folder.mkdir()
    builder = floor()
    builder.bytes()
    (folder / "data.bin").write_bytes(builder.binary)
    builder.document["buffers"] = [{"byteLength": len(builder.binary), "uri": "data.bin"}]
    if kind == "images":
        builder.document |= {
            "images": [{"uri": uri}],
            "textures": [{"source": 0}],
            "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        }
    else:
        builder.document["buffers"][0]["uri"] = uri
    (folder / "room.gltf").write_text(json.dumps(builder.document))
    if kind == "buffers":
        refused(folder / "room.gltf", "outside its folder")
    else:
        flat(folder / "room.gltf", uri)


def flat(path, name: str) -> None:
    """Assert that a texture outside is not opened, told, and refused where the user wants that."""
    scene = load(path)
    assert f"missing texture: {name} lies outside the file's folder" in scene.defects
    assert all(material.texture is None for material in scene.materials)
    with pytest.raises(DataError, match=r"lies outside the file's folder; .*missing_texture"):
        load(path, missing_texture="refuse")


OUTSIDE = ["../secret.png", "/etc/passwd", "http://example.org/a.png", "..\\secret.png", "C:\\house\\oak.png"]


@pytest.mark.parametrize("texture", OUTSIDE)
def test_mtl_does_not_leave_its_folder(tmp_path, texture):
    """A texture path from the exporter's machine quarantined the scene, though missing textures are to be flat."""
    picture().save(tmp_path / "secret.png")
    folder = tmp_path / "scene"
    folder.mkdir()
    flat(write_obj(folder, texture=texture), texture)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "mark"])
@pytest.mark.parametrize("space", [b" ", b"\t"], ids=["blanks", "tabs"])
def test_tabs_and_byte_order_marks_lose_nothing(tmp_path, mark, space):
    """Materials whose words were parted by tabs, or that followed a byte order mark, lost their colours unsaid."""
    path = write_obj(tmp_path)
    plain = load(path)
    for file in (path, tmp_path / "room.mtl"):
        lines = file.read_bytes().splitlines()
        file.write_bytes(
            mark
            + b"\n".join(
                space + space.join(line.split(b" ")) if lines.index(line) else line.replace(b" ", space)
                for line in lines
            )
        )
    scene = load(path)
    assert [m.color for m in scene.materials] == [m.color for m in plain.materials]
    assert [m.texture is None for m in scene.materials] == [m.texture is None for m in plain.materials]
    assert [len(p.faces) for p in scene.parts] == [len(p.faces) for p in plain.parts]
    np.testing.assert_array_equal(scene.mesh.vertices, plain.mesh.vertices)


def test_link_does_not_leave_the_folder(tmp_path):
    folder = tmp_path / "scene"
    folder.mkdir()
    path = write_obj(folder)
    (folder / "oak.png").rename(tmp_path / "oak.png")
    (folder / "oak.png").symlink_to(tmp_path / "oak.png")
    flat(path, "oak.png")


def test_image_that_claims_an_absurd_size(tmp_path):
    path = write_obj(tmp_path)
    png = bytearray((tmp_path / "oak.png").read_bytes())
    png[16:24] = struct.pack(">2I", 60_000, 60_000)
    (tmp_path / "oak.png").write_bytes(png)
    assert "missing texture: oak.png cannot be read" in load(path).defects


def box_ply() -> bytes:
    return trimesh.creation.box((5, 5, 3)).export(file_type="ply")


def box_obj() -> bytes:
    return trimesh.creation.box((5, 3, 5)).export(file_type="obj").encode()


@pytest.mark.parametrize(("suffix", "base"), [(".glb", edited()), (".ply", box_ply()), (".obj", box_obj())])
@settings(
    max_examples=100, deadline=10_000, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_flipped_and_cut_files_load_or_are_refused(tmp_path, suffix, base, data):
    damaged = bytearray(base)
    place = st.integers(0, len(base) - 1)
    for index, bit in data.draw(st.lists(st.tuples(place, st.integers(0, 7)), max_size=8)):
        damaged[index] ^= 1 << bit
    path = tmp_path / f"flipped{suffix}"
    path.write_bytes(damaged[: data.draw(st.one_of(st.none(), place))])
    try:
        scene = load(path)
    except DataError as error:
        assert error.subject == path.name
    else:
        assert isinstance(scene, Scene) and len(scene.mesh.faces) > 0 and np.isfinite(scene.bounds).all()
