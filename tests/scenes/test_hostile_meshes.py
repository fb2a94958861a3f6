"""A file whose only face had 300,000 corners took 16 s for that line; a line of a megabyte of blanks took hours.

What small files cost is bounded: each loads, or is refused with one line, within five seconds of computing.
"""

import base64
import json
import struct
import time
import zlib

import numpy as np
import pytest
from mesh_rooms import load

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.sidecars import distinct, obj_statements, ply_texture, sidecars

CORNERS = "v 0 0 0\nv 4 0 0\nv 4 4 0\nv 0 4 3\n"
SECONDS = 5


@pytest.fixture(autouse=True)
def cheap():
    """Bound the computing of a test; a loaded machine counts for nothing."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


def polygon(corners: int) -> str:
    return "f " + " ".join(str(1 + i % 4) for i in range(corners)) + "\n"


def gltf(**parts) -> str:
    return json.dumps({"asset": {"version": "2.0"}, **parts})


def image(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds a few rows of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width // 8) * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_face_of_very_many_corners_is_a_fan(tmp_path):
    (tmp_path / "fan.obj").write_text(CORNERS + polygon(300_000))
    scene = load(tmp_path / "fan.obj")
    assert "149998 triangles dropped: no area" in scene.defects
    (tmp_path / "small.obj").write_text("v 0 0 0\nv 4 0 0\nv 5 2 0\nv 4 4 3\nv 0 4 3\nf 1 2 3 4 5\n")
    (part,) = load(tmp_path / "small.obj", up="z", label_structure=False).parts
    np.testing.assert_array_equal(part.faces, [[0, 1, 2], [0, 2, 3], [0, 3, 4]])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (CORNERS + "".join(f"usemtl m{i}\nf 1 2 3\n" for i in range(20_000)), "more than 2048 materials"),
        (
            "".join(f"mtllib m{i}.mtl\n" for i in range(50_000)) + CORNERS + "f 1 2 3\n",
            "names 50000 material libraries",
        ),
    ],
    ids=["materials", "libraries"],
)
def test_very_many_names_are_refused(tmp_path, text, cause):
    (tmp_path / "many.obj").write_text(text)
    with pytest.raises(DataError, match=cause):
        load(tmp_path / "many.obj")


@pytest.mark.parametrize("statement", ["usemtl", "mtllib", "o", "g"])
def test_a_line_of_blanks_costs_nothing(tmp_path, statement):
    blanks = " \t" * 500_000
    (tmp_path / "blank.obj").write_text(
        f"{blanks}\n{statement}{blanks}\nusemtl  two words {blanks}\r\n{CORNERS}f 1 2 3\n"
    )
    assert distinct(obj_statements(tmp_path / "blank.obj"), "usemtl") == ["two words"]
    (tmp_path / "blank.mtl").write_text(f"map_Kd{blanks}\n{blanks}\n")
    (tmp_path / "library.obj").write_text(f"mtllib blank.mtl\n{CORNERS}f 1 2 3\n")
    assert sidecars(tmp_path / "library.obj") == (tmp_path / "blank.mtl",)


def test_a_line_of_many_words_and_many_bent_faces_cost_little(tmp_path):
    ring = "".join(f"v {(2 + i % 2) * np.cos(i / 100)} {(2 + i % 2) * np.sin(i / 100)} 0\n" for i in range(628))
    faces = ("f " + " ".join(map(str, range(1, 629))) + "\n") * 100
    (tmp_path / "bent.obj").write_text("mtllib " + "m " * 500_000 + "\n" + ring + faces)
    assert load(tmp_path / "bent.obj", up="z", unit=1.0, label_structure=False).parts


def test_a_header_of_blanks_costs_nothing(tmp_path):
    (tmp_path / "blank.ply").write_text(f"ply\ncomment TextureFile{' ' * 60_000}\nend_header\n")
    assert ply_texture(tmp_path / "blank.ply") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nested.gltf", "[" * 5_000_000),
        ("nested.gltf", '{"a":' * 500_000),
        (
            "deep.gltf",
            gltf(nodes=[{"children": [i + 1]} for i in range(10_000)] + [{"mesh": 0}], scenes=[{"nodes": [0]}]),
        ),
        ("circle.gltf", gltf(nodes=[{"children": [1]}, {"children": [0]}], scenes=[{"nodes": [0]}])),
        ("digits.gltf", gltf(scene=0, nodes=[]).replace(": 0", ": " + "9" * 1_000_000)),
    ],
    ids=["brackets", "objects", "deep", "circle", "digits"],
)
def test_nesting_without_end_is_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=name):
        load(tmp_path / name)


@pytest.mark.parametrize("kind", ["ascii", "binary_little_endian"])
@pytest.mark.parametrize(("vertices", "faces"), [(10**12, 1), (3, 10**12)])
def test_counts_that_no_file_holds_allocate_nothing(tmp_path, kind, vertices, faces):
    header = (
        f"ply\nformat {kind} 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\nproperty float z\n"
    )
    header += f"element face {faces}\nproperty list uchar int vertex_indices\nend_header\n"
    body = b"0 0 0\n4 0 0\n4 4 3\n3 0 1 2\n" if kind == "ascii" else bytes(36) + b"\3" + bytes(12)
    (tmp_path / "liar.ply").write_bytes(header.encode() + body)
    with pytest.raises(DataError, match="liar"):
        load(tmp_path / "liar.ply")


def test_an_image_that_claims_a_wall_of_pixels_is_not_unpacked(tmp_path):
    uri = "data:image/png;base64," + base64.b64encode(image(60_000, 60_000)).decode()
    points = base64.b64encode(struct.pack("<9f", 0, 0, 0, 4, 0, 0, 4, 4, 3)).decode()
    document = gltf(
        buffers=[{"uri": f"data:application/octet-stream;base64,{points}", "byteLength": 36}],
        bufferViews=[{"buffer": 0, "byteLength": 36}],
        accessors=[{"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 3}],
        images=[{"uri": uri, "name": "wall"}],
        textures=[{"source": 0}],
        materials=[{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "material": 0}]}],
        nodes=[{"mesh": 0}],
    )
    (tmp_path / "bomb.gltf").write_text(document)
    assert "missing texture: wall cannot be read (ValueError)" in load(tmp_path / "bomb.gltf").defects


def test_an_ascii_file_that_ends_early_is_refused(tmp_path):
    """What was there of a truncated file became a scene, and nothing was said."""
    header = "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
    header += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
    whole = header + "0 0 0\n4 0 0\n4 4 0\n0 4 3\n3 0 1 2\n3 0 2 3"
    (tmp_path / "whole.ply").write_text(whole)
    assert sum(len(part.faces) for part in load(tmp_path / "whole.ply", up="z").parts) == 2
    (tmp_path / "cut.ply").write_text(whole[: whole.rindex("\n")] + "\n")
    with pytest.raises(DataError, match=r"cut\.ply: cut off: claims 6 elements, has 5 lines"):
        load(tmp_path / "cut.ply")
