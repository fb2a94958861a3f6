import json

import numpy as np
import pytest
import trimesh
from mesh_rooms import Z_TO_Y_UP, Builder, load, picture, room, square, write_glb

from vln_pipeline.scenes.scene import Scene


def floor_with(tmp_path, builder: Builder, primitive: dict, node: dict | None = None) -> Scene:
    builder.document |= {
        "meshes": [{"primitives": [primitive]}],
        "nodes": [{"name": "Floor", "mesh": 0, **(node or {})}],
        "scenes": [{"nodes": [0]}],
    }
    path = tmp_path / "floor.glb"
    path.write_bytes(builder.bytes())
    return load(path)


def plain_square(builder: Builder) -> dict:
    return {
        "attributes": {"POSITION": builder.accessor(square())},
        "indices": builder.accessor(np.array([0, 1, 2, 0, 2, 3], dtype=np.uint16)),
    }


def test_room_keeps_its_places_names_and_categories(tmp_path):
    scene = load(write_glb(tmp_path / "room.glb"))
    assert {p.name: p.category for p in scene.parts} == {
        "House_Floor_01": "floor",
        "Wall_01": "wall",
        "Wall_02": "wall",
        "Wall_03": "wall",
        "Wall_04": "wall",
        "Ceiling": "ceiling",
        "SM_Kitchen_Chair_02.003": "chair",
        "DiningTable": "dining table",
    }
    assert sorted(p.instance for p in scene.parts) == list(range(1, 9))
    for part in scene.parts:
        np.testing.assert_allclose(part.vertices, room()[part.name].vertices, atol=1e-6)
        np.testing.assert_array_equal(part.faces, room()[part.name].faces)
    assert scene.source == "mesh" and scene.origin == "room.glb" and scene.id == "room"


def test_texture_and_its_coordinates_stand_upright(tmp_path):
    scene = load(write_glb(tmp_path / "room.glb"))
    (table,) = [p for p in scene.parts if p.name == "DiningTable"]
    np.testing.assert_array_equal(scene.materials[table.material].texture, np.asarray(picture()))
    np.testing.assert_allclose(table.uv, [[0, 0], [1, 0], [1, 1], [0, 1]], atol=1e-6)


def test_geometry_agrees_with_trimesh_on_nested_transforms(tmp_path):
    tree = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(0.7, [0.2, 1, 0.1]) @ np.diag([1.5, 1.5, 1.5, 1])
    shift = trimesh.transformations.translation_matrix([3, 0.5, -2])
    tree.add_geometry(trimesh.creation.box((9, 0.1, 9)), node_name="Floor")
    tree.graph.update("holder", matrix=turn)
    tree.add_geometry(trimesh.creation.icosphere(1), node_name="ball", parent_node_name="holder", transform=shift)
    (tmp_path / "tree.glb").write_bytes(tree.export(file_type="glb"))
    scene = load(tmp_path / "tree.glb", up="y")
    expected = trimesh.load_scene(tmp_path / "tree.glb", process=False).to_mesh().bounds @ Z_TO_Y_UP[:3, :3]
    np.testing.assert_allclose(scene.bounds, np.sort(expected, axis=0), atol=1e-5)


def test_primitives_of_one_node_are_one_object(tmp_path):
    builder = Builder()
    first, second = plain_square(builder), plain_square(builder)
    builder.document |= {
        "meshes": [{"primitives": [first, second]}],
        "nodes": [{"name": "Sofa", "mesh": 0}, {"name": "Sofa", "mesh": 0, "translation": [0, 1, 0]}],
        "scenes": [{"nodes": [0, 1]}],
    }
    (tmp_path / "a.glb").write_bytes(builder.bytes())
    assert [(p.instance, p.category) for p in load(tmp_path / "a.glb").parts] == [
        (1, "sofa"),
        (1, "sofa"),
        (2, "sofa"),
        (2, "sofa"),
    ]


@pytest.mark.parametrize(
    ("mode", "corners"), [(4, [0, 1, 2, 0, 2, 3]), (5, [1, 2, 0, 3]), (6, [0, 1, 2, 3])], ids=["list", "strip", "fan"]
)
def test_lists_strips_and_fans_face_the_same_way(tmp_path, mode, corners):
    builder = Builder()
    indices = builder.accessor(np.array(corners, dtype=np.uint8))
    primitive = {"attributes": {"POSITION": builder.accessor(square())}, "indices": indices, "mode": mode}
    (part,) = floor_with(tmp_path, builder, primitive).parts
    corners = part.vertices[part.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(normals, [[0, 0, 36.0]] * 2, atol=1e-4)


def test_mirrored_node_keeps_its_outside(tmp_path):
    builder = Builder()
    (part,) = floor_with(tmp_path, builder, plain_square(builder), {"scale": [-1, 1, 1]}).parts
    a, b, c = part.vertices[part.faces[0]]
    assert np.cross(b - a, c - a)[2] > 0


def test_primitive_without_indices(tmp_path):
    builder = Builder()
    primitive = {"attributes": {"POSITION": builder.accessor(square()[[0, 1, 2, 0, 2, 3]])}}
    assert len(floor_with(tmp_path, builder, primitive).mesh.faces) == 2


def test_interleaved_and_sparse_accessors(tmp_path):
    builder = Builder()
    interleaved = np.concatenate([square(), np.full((4, 3), 9, dtype=np.float32)], axis=1)
    positions = builder.accessor(square())
    view = builder.view(interleaved.tobytes())
    builder.document["bufferViews"][view]["byteStride"] = 24
    where, what = builder.view(np.array([2], dtype=np.uint8).tobytes()), np.array([7, 0, 6], dtype=np.float32)
    builder.document["accessors"][positions] |= {
        "bufferView": view,
        "sparse": {
            "count": 1,
            "indices": {"bufferView": where, "componentType": 5121},
            "values": {"bufferView": builder.view(what.tobytes())},
        },
    }
    corners = builder.accessor(np.array([0, 1, 2, 0, 2, 3], dtype=np.uint32))
    primitive = {"attributes": {"POSITION": positions}, "indices": corners}
    (part,) = floor_with(tmp_path, builder, primitive).parts
    np.testing.assert_allclose(part.vertices, [[0, 0, 0], [0, -6, 0], [7, -6, 0], [6, 0, 0]], atol=1e-6)


def test_material_factors_are_linear_and_exact(tmp_path):
    builder = Builder()
    packed = builder.image(picture())
    builder.document["materials"] = [
        {
            "name": "glow",
            "alphaMode": "BLEND",
            "emissiveFactor": [0.5, 0.25, 0],
            "extensions": {"KHR_materials_emissive_strength": {"emissiveStrength": 4}},
            "pbrMetallicRoughness": {
                "baseColorFactor": [0.0123, 0.5, 1, 0.25],
                "roughnessFactor": 0.5,
                "metallicRoughnessTexture": {"index": packed},
            },
        }
    ]
    scene = floor_with(tmp_path, builder, plain_square(builder) | {"material": 0})
    material = scene.materials[scene.parts[0].material]
    assert material.color == (0.0123, 0.5, 1.0)
    assert material.alpha == 0.25
    assert material.emission == (2.0, 1.0, 0.0)
    pixels = np.asarray(picture()) / 255
    assert material.roughness == pytest.approx(0.5 * pixels[..., 1].mean())
    assert material.metallic == pytest.approx(pixels[..., 2].mean())


@pytest.mark.parametrize(("mode", "alpha", "defects"), [("BLEND", 0.25, 0), ("MASK", 1.0, 1), ("OPAQUE", 1.0, 0)])
def test_see_through_texture(tmp_path, mode, alpha, defects):
    builder = Builder()
    glass = picture()
    glass.putalpha(128)
    looks = {"baseColorTexture": {"index": builder.image(glass)}, "baseColorFactor": [1, 1, 1, 0.5]}
    builder.document["materials"] = [{"name": "glass", "alphaMode": mode, "pbrMetallicRoughness": looks}]
    scene = floor_with(tmp_path, builder, plain_square(builder) | {"material": 0})
    assert scene.materials[0].alpha == pytest.approx(alpha, abs=0.002)
    assert sum("cut-outs of the texture of glass" in d for d in scene.defects) == defects


def test_vertex_colours_become_srgb(tmp_path):
    builder = Builder()
    linear = np.array([[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [0.2140, 0.0100, 0.0]], dtype=np.float32)
    primitive = plain_square(builder)
    primitive["attributes"]["COLOR_0"] = builder.accessor(linear)
    (part,) = floor_with(tmp_path, builder, primitive).parts
    np.testing.assert_array_equal(part.colors, [[0, 0, 0], [255, 255, 255], [188, 188, 188], [127, 25, 0]])


def test_texture_transform_and_second_coordinates(tmp_path):
    builder = Builder()
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    texture = builder.image(picture())
    transform = {"offset": [0.1, 0.2], "rotation": np.pi / 2, "scale": [2, 3], "texCoord": 1}
    reference = {"index": texture, "extensions": {"KHR_texture_transform": transform}}
    builder.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": reference}}]
    primitive = plain_square(builder) | {"material": 0}
    primitive["attributes"]["TEXCOORD_1"] = builder.accessor(uv)
    (part,) = floor_with(tmp_path, builder, primitive).parts
    # A quarter turn takes (u, v) to (v, -u), after scaling and before the offset.
    expected = np.stack([uv[:, 1] * 3 + 0.1, 1 - (-uv[:, 0] * 2 + 0.2)], axis=1)
    np.testing.assert_allclose(part.uv, expected, atol=1e-5)


def test_large_texture_is_scaled_down(tmp_path):
    builder = Builder()
    reference = {"index": builder.image(picture(10, 5).resize((400, 200)))}
    builder.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": reference}}]
    floor_with(tmp_path, builder, plain_square(builder) | {"material": 0})
    scene = load(tmp_path / "floor.glb", texture_size=100)
    assert scene.materials[0].texture.shape == (50, 100, 3)


def test_gltf_with_files_beside_it(tmp_path):
    builder = Builder()
    primitive = plain_square(builder)
    picture().save(tmp_path / "wood floor.png")
    builder.document |= {
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"uri": "wood%20floor.png"}],
        "meshes": [{"primitives": [primitive | {"material": 0}]}],
        "nodes": [{"name": "Floor", "mesh": 0}],
        "buffers": [{"byteLength": len(builder.binary), "uri": "data.bin"}],
    }
    (tmp_path / "data.bin").write_bytes(builder.binary)
    (tmp_path / "floor.gltf").write_text(json.dumps(builder.document))
    scene = load(tmp_path / "floor.gltf")
    np.testing.assert_array_equal(scene.materials[0].texture, np.asarray(picture()))
    assert not scene.defects or all("texture:" not in d for d in scene.defects)


def test_damaged_texture_is_a_defect(tmp_path):
    builder = Builder()
    builder.document |= {
        "materials": [
            {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicRoughnessTexture": {"index": 0}}}
        ],
        "textures": [{"extensions": {"KHR_texture_basisu": {"source": 0}}}],
        "images": [
            {
                "mimeType": "image/ktx2",
                "bufferView": builder.view(b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(90)),
                "name": "wood",
            }
        ],
        "extensionsRequired": ["KHR_texture_basisu"],
    }
    scene = floor_with(tmp_path, builder, plain_square(builder) | {"material": 0})
    assert scene.defects[0] == "missing texture: wood cannot be read (BasisuError)"
    assert (scene.materials[0].color, scene.materials[0].metallic) == ((0.8, 0.8, 0.8), 0.0)
