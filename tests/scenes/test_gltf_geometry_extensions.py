"""Rooms that say where their panel is by extensions: each loads as the standard says, or is refused by name."""

import sys

import DracoPy
import numpy as np
import pytest
from gltf_room import CORNERS, TRIANGLES, UV, Room, pictures, y_up

from vln_pipeline.errors import DataError
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map

SHIFTS = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 2]], dtype=np.float32)


def instanced(room: Room, **attributes: np.ndarray) -> Room:
    columns = {
        name: room.accessor(values, **({"normalized": True} if values.dtype != np.float32 else {}))
        for name, values in attributes.items()
    }
    room.node["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": columns}}
    return room


def quantised(room: Room, dtype: type, normalized: bool) -> Room:
    """Store the panel as integers, and undo that by the node's transform, as gltfpack does."""
    most = np.iinfo(dtype).max if normalized else 1000
    whole = np.zeros((4, 4), dtype=dtype)
    whole[:, :3] = np.round(CORNERS / 4 * most)
    room.primitive["attributes"]["POSITION"] = room.accessor(whole, type="VEC3", normalized=normalized)
    room.document["bufferViews"][-1]["byteStride"] = whole.itemsize * 4
    room.node["scale"] = [4.0 / (1 if normalized else most)] * 3
    return room.use("KHR_mesh_quantization")


def draco(room: Room, **more: np.ndarray) -> Room:
    """Compress the panel; its accessors keep only their shapes, as the extension wants."""
    data = DracoPy.encode(CORNERS, TRIANGLES.reshape(-1, 3), tex_coord=UV.astype(float), preserve_order=True, **more)
    found = {a["attribute_type"]: a["unique_id"] for a in DracoPy.decode(data).attributes}
    names = {0: "POSITION", 2: "COLOR_0", 3: "TEXCOORD_0"}
    room.primitive["extensions"] = {
        "KHR_draco_mesh_compression": {
            "bufferView": room.view(data),
            "attributes": {names[kind]: number for kind, number in found.items()},
        }
    }
    for index in (*room.primitive["attributes"].values(), room.primitive["indices"]):
        room.document["accessors"][index].pop("bufferView", None)
    return room.use("KHR_draco_mesh_compression")


def meshopt(room: Room, accessor: int, data: bytes, **extension: object) -> Room:
    """Compress the buffer view of an accessor; a second buffer stands in for the plain bytes."""
    view = room.document["bufferViews"][room.document["accessors"][accessor]["bufferView"]]
    packed = room.document["bufferViews"][room.view(data)]
    told = {"buffer": 0, "byteOffset": packed["byteOffset"], "byteLength": len(data), **extension}
    view["extensions"] = {"EXT_meshopt_compression": told}
    view |= {"buffer": 1, "byteOffset": 0}
    if "EXT_meshopt_compression" not in room.document.get("extensionsRequired", []):
        room.use("EXT_meshopt_compression")
    return room


def meshopt_encoder():
    """Return the encoder; it is no wheel, so that a machine without a compiler has none."""
    return pytest.importorskip("meshoptimizer", reason="the extra meshopt is not installed")


def positions(room: Room, rows: np.ndarray = CORNERS, **extension: object) -> Room:
    data = meshopt_encoder().encode_vertex_buffer(rows, 4, rows.strides[0])
    told = {"mode": "ATTRIBUTES", "count": 4, "byteStride": rows.strides[0], **extension}
    return meshopt(room, room.primitive["attributes"]["POSITION"], bytes(data), **told)


def indexes(room: Room, mode: str, size: int = 2) -> Room:
    """Compress the panel's indexes."""
    whole = TRIANGLES.astype(np.uint32)
    if mode == "TRIANGLES":
        data = meshopt_encoder().encode_index_buffer(whole, len(whole), 4)
    else:
        data = meshopt_encoder().encode_index_sequence(whole, len(whole), 4)
    room.document["accessors"][room.primitive["indices"]]["componentType"] = 5123 if size == 2 else 5125
    return meshopt(room, room.primitive["indices"], bytes(data), mode=mode, count=6, byteStride=size)


def exponential(values: np.ndarray) -> np.ndarray:
    """Return floats as a mantissa of 24 bits and an exponent of 8, as EXT_meshopt_compression says."""
    mantissa, exponent = np.frexp(values.astype(np.float64))
    whole = np.round(mantissa * 2**22).astype(np.int32)
    return (((exponent - 22).astype(np.int32) << 24) | (whole & 0xFFFFFF)).astype(np.int32)


def three_of_four(quats: np.ndarray) -> np.ndarray:
    """Return quaternions without their largest component, which the fourth number names, as the extension says."""
    largest = np.abs(quats).argmax(axis=1)
    rows = np.arange(len(quats))
    signed = quats * np.sign(quats[rows, largest])[:, None]
    others = signed[rows[:, None], (largest[:, None] + (1, 2, 3)) % 4] * np.sqrt(2) * 32767
    return np.column_stack([np.round(others), 32764 | largest]).astype(np.int16)


ONE = {
    "plain": lambda: Room(),
    "quantised int16": lambda: quantised(Room(), np.int16, True),
    "quantised uint16": lambda: quantised(Room(), np.uint16, True),
    "quantised, not normalised": lambda: quantised(Room(), np.int16, False),
    "draco": lambda: draco(Room()),
    "draco with colours": lambda: draco(Room(), colors=np.full((4, 3), 128, dtype=np.uint8)),
    "meshopt positions": lambda: positions(Room()),
    "meshopt triangles": lambda: indexes(Room(), "TRIANGLES"),
    "meshopt triangles of four bytes": lambda: indexes(Room(), "TRIANGLES", 4),
    "meshopt sequence": lambda: indexes(Room(), "INDICES"),
    "meshopt positions and triangles": lambda: indexes(positions(Room()), "TRIANGLES"),
    "meshopt exponential filter": lambda: positions(Room(), exponential(CORNERS), filter="EXPONENTIAL"),
    "one instance": lambda: instanced(Room(), TRANSLATION=SHIFTS[:1]).use("EXT_mesh_gpu_instancing"),
    "one draco instance": lambda: instanced(draco(Room()), TRANSLATION=SHIFTS[:1]).use("EXT_mesh_gpu_instancing"),
}


@pytest.mark.parametrize("case", ONE)
def test_the_panel_is_where_it_was_stored(tmp_path, case):
    scene = ONE[case]().load(tmp_path)
    (panel,) = pictures(scene)
    order = np.lexsort(y_up(panel).T)
    np.testing.assert_allclose(y_up(panel)[order], CORNERS[np.lexsort(CORNERS.T)], atol=0.004)
    assert len(panel.faces) == 2 and panel.instance == 2
    normal = np.cross(*(panel.vertices[panel.faces[0, [1, 2]]] - panel.vertices[panel.faces[0, 0]]))
    assert normal[1] < 0, "the panel faces south as it was stored, so no winding was turned"


QUARTER = np.array([[0, 0, 0, 1], [0, np.sqrt(0.5), 0, np.sqrt(0.5)], [0, 1, 0, 0]], dtype=np.float32)
THREE = {
    "shifts": ({"TRANSLATION": SHIFTS}, [1, 3], [1, 3]),
    "turns": ({"TRANSLATION": SHIFTS, "ROTATION": QUARTER}, [1, 3], [2, 2]),
    "turns as bytes": ({"TRANSLATION": SHIFTS, "ROTATION": np.round(QUARTER * 127).astype(np.int8)}, [1, 3], [2, 2]),
    "turns as shorts": (
        {"TRANSLATION": SHIFTS, "ROTATION": np.round(QUARTER * 32767).astype(np.int16)},
        [1, 3],
        [2, 2],
    ),
    "scales": ({"SCALE": np.array([[1, 1, 1], [2, 1, 1], [0.5, 1, 1]], dtype=np.float32)}, [1, 3], [2, 6]),
}


@pytest.mark.parametrize("case", THREE)
def test_every_instance_is_an_object(tmp_path, case):
    """Instances were ignored without a word, also where the file required them: twelve tables became none."""
    attributes, first, second = THREE[case]
    scene = instanced(Room(), **attributes).use("EXT_mesh_gpu_instancing").load(tmp_path)
    panels = pictures(scene)
    assert [p.instance for p in panels] == [2, 3, 4]
    x = [(y_up(p)[:, 0].min(), y_up(p)[:, 0].max()) for p in panels]
    np.testing.assert_allclose(x[0], first, atol=0.02)
    np.testing.assert_allclose(x[1], second if case != "shifts" else first, atol=0.05)
    if case == "shifts":
        assert [round(float(y_up(p)[0, 2]), 3) for p in panels] == [2, 3, 4]


def test_instances_block_the_floor_as_copies_do(tmp_path):
    """Twelve tables that were ignored left 66 m2 to walk on, of which there were 39."""
    copies = Room()
    copies.document["nodes"][1:] = [
        {"name": f"Picture_{n}", "mesh": 1, "translation": s} for n, s in enumerate(SHIFTS.tolist())
    ]
    copies.document["scenes"] = [{"nodes": [0, 1, 2, 3]}]
    (copied,) = build_navigation_map(copies.load(tmp_path), EsdfConfig()).floors
    room = instanced(Room(), TRANSLATION=SHIFTS).use("EXT_mesh_gpu_instancing")
    (found,) = build_navigation_map(room.load(tmp_path), EsdfConfig()).floors
    np.testing.assert_array_equal(found.navigable, copied.navigable)
    (bare,) = build_navigation_map(Room().load(tmp_path), EsdfConfig()).floors
    assert bare.navigable.sum() > 1.1 * found.navigable.sum() > 0


def test_instances_follow_their_parents_and_the_name_of_their_mesh(tmp_path):
    room = instanced(quantised(Room(), np.int16, True), TRANSLATION=SHIFTS / 4).use("EXT_mesh_gpu_instancing")
    del room.node["name"]
    room.document["nodes"].append({"name": "Group", "translation": [0, 0, -1], "children": [1]})
    room.document["scenes"] = [{"nodes": [0, 2]}]
    panels = pictures(room.load(tmp_path))
    assert [p.name for p in panels] == ["Group / Picture"] * 3
    assert [round(float(y_up(p)[0, 2]), 2) for p in panels] == [1, 2, 3]


def test_turns_of_instances_are_decompressed(tmp_path):
    attributes = {"TRANSLATION": SHIFTS, "ROTATION": np.round(QUARTER * 32767).astype(np.int16)}
    room = instanced(Room(), **attributes).use("EXT_mesh_gpu_instancing")
    data = meshopt_encoder().encode_vertex_buffer(three_of_four(QUARTER), 3, 8)
    turns = room.node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]["ROTATION"]
    meshopt(room, turns, bytes(data), mode="ATTRIBUTES", filter="QUATERNION", count=3, byteStride=8)
    panels = pictures(room.load(tmp_path))
    x = [(y_up(p)[:, 0].min(), y_up(p)[:, 0].max()) for p in panels]
    np.testing.assert_allclose(x[:2], [(1, 3), (2, 2)], atol=0.01)


def test_a_skin_that_is_not_read_is_told(tmp_path):
    """Bones and blend shapes were ignored without a word: a curtain hung where it was modelled, not where it was."""
    room = Room()
    room.node["skin"] = 0
    room.document["meshes"][1]["weights"] = [0.0, 0.7]
    scene = room.load(tmp_path)
    assert "Picture is moved by a skin and blend shapes: not read, it is shown as modelled" in scene.defects
    room.document["meshes"][1]["weights"] = [0.0, 0.0]
    del room.node["skin"]
    assert not any("is moved by" in defect for defect in room.load(tmp_path).defects)


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_points_and_lines_are_told(tmp_path, mode):
    """They are no surface; a scan stored as points beside its floor was gone without a word."""
    room = Room()
    room.document["meshes"][1]["primitives"].append(room.primitive | {"mode": mode})
    scene = room.load(tmp_path)
    assert len(pictures(scene)) == 1
    assert "left out: 1 primitives of points or lines, which are no surface" in scene.defects


def test_a_hidden_node_is_not_there(tmp_path):
    room = Room().use("KHR_node_visibility")
    room.node["extensions"] = {"KHR_node_visibility": {"visible": False}}
    assert pictures(room.load(tmp_path)) == []


def test_fallbacks_are_read_where_compression_is_not_required(tmp_path):
    room = Room().use("KHR_draco_mesh_compression", "EXT_meshopt_compression", required=False)
    room.primitive["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 99, "attributes": {"POSITION": 0}}}
    view = room.document["bufferViews"][0]
    view["extensions"] = {"EXT_meshopt_compression": {"buffer": 7, "count": 4, "byteStride": 12, "mode": "ATTRIBUTES"}}
    (panel,) = pictures(room.load(tmp_path))
    np.testing.assert_allclose(y_up(panel), CORNERS, atol=1e-6)


def cut(room: Room) -> Room:
    number = room.primitive["extensions"]["KHR_draco_mesh_compression"]["bufferView"]
    room.document["bufferViews"][number]["byteLength"] //= 2
    return room


REFUSED = {
    "unknown": (lambda: Room().use("ACME_teapots"), "requires the extension ACME_teapots, which is not read"),
    "unknown beside known": (
        lambda: instanced(Room(), TRANSLATION=SHIFTS).use("EXT_mesh_gpu_instancing", "KHR_texture_procedurals"),
        "KHR_texture_procedurals",
    ),
    "cut draco": (lambda: cut(draco(Room())), "a Draco mesh cannot be decoded"),
    "draco without positions": (
        lambda: (
            (r := draco(Room())).primitive["extensions"]["KHR_draco_mesh_compression"]["attributes"].update(POSITION=77)
            or r
        ),
        "a Draco mesh lacks POSITION",
    ),
    "damaged meshopt": (lambda: positions(Room(), count=4000), "meshopt-compressed view cannot be decoded"),
    "unknown filter": (lambda: positions(Room(), filter="COLOR"), "filter 'COLOR', which are not known"),
    "absurd meshopt": (lambda: positions(Room(), count=2**40), "claims 1099511627776 items"),
    "unequal instances": (
        lambda: instanced(Room(), TRANSLATION=SHIFTS, SCALE=SHIFTS[:2]).use("EXT_mesh_gpu_instancing"),
        "has 2 or 3 instances",
    ),
    "infinite instance": (
        lambda: instanced(Room(), TRANSLATION=SHIFTS * np.float32(np.inf)).use("EXT_mesh_gpu_instancing"),
        "not finite",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_cannot_be_read_is_refused_by_name(tmp_path, case):
    make, cause = REFUSED[case]
    with pytest.raises(DataError, match=cause) as caught:
        make().load(tmp_path)
    assert caught.value.subject == "room.glb" and caught.value.mend


@pytest.mark.parametrize(
    ("make", "package", "extra"), [(draco, "DracoPy", "draco"), (positions, "meshoptimizer", "meshopt")]
)
def test_without_the_decoder_the_error_names_the_command(tmp_path, monkeypatch, make, package, extra):
    path = make(Room())
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DataError, match=rf"{package} is not installed; pip install .*\[{extra}\].*gltf-transform"):
        path.load(tmp_path)
