"""Rooms whose panel looks by extensions: each loads with the right colour, or says what was left out."""

import numpy as np
import pytest
from gltf_room import RED, UV, Room, look, pictures

from vln_pipeline.errors import DataError

SPOT = np.zeros((8, 8, 3), dtype=np.uint8)
SPOT[2:4, 2:4] = 255


def textured(room: Room, **texture: object) -> Room:
    room.material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": room.texture(), **texture}
    return room


def glowing(room: Room, image: np.ndarray, factor=(1, 1, 1), **texture: object) -> Room:
    room.material |= {"emissiveTexture": {"index": room.texture(image), **texture}, "emissiveFactor": list(factor)}
    return room


def extended(room: Room, name: str, **told: object) -> Room:
    room.material["extensions"] = {**room.material.get("extensions", {}), name: told}
    return room.use(name)


def test_a_screen_is_bright_where_its_map_is(tmp_path):
    """The factor was taken and its map dropped: one screen made a whole wall glow, and the room turned red."""
    scene = glowing(textured(Room()), SPOT).load(tmp_path)
    found = look(scene)
    assert found.emission == (0, 0, 0) and found.color == (1, 1, 1)
    np.testing.assert_array_equal(found.texture[2:4, 2:4], 255)
    np.testing.assert_allclose(found.texture[5:, 5:], np.broadcast_to(RED[0, 0], (3, 3, 3)), atol=1)
    assert "the emissive map of material is shown as colour: it lights nothing" in scene.defects


def test_an_even_map_scales_the_lamp(tmp_path):
    room = extended(glowing(Room(), np.full_like(SPOT, 188)), "KHR_materials_emissive_strength", emissiveStrength=4)
    np.testing.assert_allclose(look(room.load(tmp_path)).emission, 2.0, atol=0.03)


def test_a_baked_picture_on_black_shows(tmp_path):
    room = glowing(Room(), RED)
    room.material["pbrMetallicRoughness"]["baseColorFactor"] = [0, 0, 0, 1]
    found = look(room.load(tmp_path))
    np.testing.assert_allclose(found.texture, RED, atol=1)
    assert found.emission == (0, 0, 0)
    assert pictures(room.load(tmp_path))[0].uv is not None


def test_an_emissive_map_with_coordinates_of_its_own_is_told(tmp_path):
    room = glowing(textured(Room()), SPOT, texCoord=1)
    room.primitive["attributes"]["TEXCOORD_1"] = room.accessor(UV * np.float32(2))
    scene = room.load(tmp_path)
    np.testing.assert_array_equal(look(scene).texture, RED)
    assert any("coordinates of its own" in defect for defect in scene.defects)


def test_an_emissive_map_that_is_missing_does_not_glow(tmp_path):
    room = Room()
    room.document["textures"] = [{}]
    room.material |= {"emissiveTexture": {"index": 0}, "emissiveFactor": [1, 0, 0]}
    assert look(room.load(tmp_path)).emission == (0, 0, 0)


GLOSS = "KHR_materials_pbrSpecularGlossiness"


def test_specular_glossiness_keeps_its_picture(tmp_path):
    """A material that only the old model describes became white metal."""
    room = Room()
    found = look(extended(room, GLOSS, diffuseTexture={"index": room.texture()}, glossinessFactor=0.25).load(tmp_path))
    np.testing.assert_array_equal(found.texture, RED)
    assert (found.metallic, found.roughness, found.color) == (0, 0.75, (1, 1, 1))


@pytest.mark.parametrize(
    ("diffuse", "specular", "metallic", "color"),
    [
        ([0.2, 0.4, 0.6, 1], [0.04, 0.04, 0.04], 0, (0.2, 0.4, 0.6)),
        ([0, 0, 0, 1], [0.9, 0.8, 0.5], 1, (0.9, 0.8, 0.5)),
    ],
)
def test_specular_glossiness_tells_metal(tmp_path, diffuse, specular, metallic, color):
    found = look(extended(Room(), GLOSS, diffuseFactor=diffuse, specularFactor=specular).load(tmp_path))
    assert (found.metallic, found.color) == (metallic, color)


@pytest.mark.parametrize("readable", [True, False])
def test_specular_glossiness_takes_its_map(tmp_path, readable):
    """The map's alpha was ignored beside a factor of 1, its default: every such wall became a mirror."""
    room = Room()
    packed = np.full((4, 4, 4), (10, 10, 10, 51), dtype=np.uint8)
    index = room.texture(packed)
    if not readable:
        room.document["textures"][index] = {}
    found = look(extended(room, GLOSS, specularGlossinessTexture={"index": index}).load(tmp_path))
    assert found.roughness == pytest.approx(0.8 if readable else 1.0)


@pytest.mark.parametrize(("factor", "alpha"), [(1.0, 0.1), (0.5, 0.55), (0.0, 1.0)])
def test_transmission_is_seen_through(tmp_path, factor, alpha):
    found = look(extended(Room(), "KHR_materials_transmission", transmissionFactor=factor).load(tmp_path))
    assert found.alpha == pytest.approx(alpha)


def test_transmission_map_counts_by_its_mean(tmp_path):
    room = Room()
    index = room.texture(np.full((4, 4, 3), 51, dtype=np.uint8))
    told = {"transmissionFactor": 1.0, "transmissionTexture": {"index": index}}
    assert look(extended(room, "KHR_materials_transmission", **told).load(tmp_path)).alpha == pytest.approx(0.82)


def test_transmission_and_blending_multiply(tmp_path):
    room = extended(Room(), "KHR_materials_transmission", transmissionFactor=0.5)
    room.material |= {"alphaMode": "BLEND"}
    room.material["pbrMetallicRoughness"]["baseColorFactor"] = [1, 1, 1, 0.5]
    assert look(room.load(tmp_path)).alpha == pytest.approx(0.275)


def test_unlit_is_matt_and_of_its_colour(tmp_path):
    room = extended(textured(Room()), "KHR_materials_unlit")
    del room.material["pbrMetallicRoughness"]["metallicFactor"]
    found = look(room.load(tmp_path))
    assert (found.roughness, found.metallic) == (1, 0)
    np.testing.assert_array_equal(found.texture, RED)


@pytest.mark.parametrize("override", [False, True])
def test_texture_transform_is_applied(tmp_path, override):
    room = Room().use("KHR_texture_transform")
    transform = {"scale": [4, 2], "offset": [0.5, 0.25], **({"texCoord": 1} if override else {})}
    textured(room, extensions={"KHR_texture_transform": transform})
    room.primitive["attributes"]["TEXCOORD_1"] = room.accessor(UV[::-1].copy())
    expected = (UV[::-1] if override else UV) * (4, 2) + (0.5, 0.25)
    np.testing.assert_allclose(
        pictures(room.load(tmp_path))[0].uv, np.stack([expected[:, 0], 1 - expected[:, 1]], axis=1), atol=1e-6
    )


def test_coordinates_as_bytes(tmp_path):
    room = textured(Room().use("KHR_mesh_quantization"))
    whole = np.zeros((4, 4), dtype=np.uint8)
    whole[:, :2] = UV * 255
    room.primitive["attributes"]["TEXCOORD_0"] = room.accessor(whole, type="VEC2", normalized=True)
    room.document["bufferViews"][-1]["byteStride"] = 4
    np.testing.assert_allclose(pictures(room.load(tmp_path))[0].uv[:, 0], UV[:, 0])


@pytest.mark.parametrize("fallback", [False, True])
def test_webp_is_read(tmp_path, fallback):
    room = Room().use("EXT_texture_webp", required=not fallback)
    index = room.texture(RED, "WEBP", "EXT_texture_webp")
    if fallback:
        room.document["textures"][index]["source"] = room.texture()
    room.material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": index}
    np.testing.assert_array_equal(look(room.load(tmp_path)).texture, RED)


@pytest.mark.parametrize(
    ("texture", "cause"),
    [
        ({}, r"textures\[0\] names no image"),
        ({"extensions": {"EXT_texture_avif": {"source": 0}}}, r"textures\[0\] is AVIF, which is not read"),
        ({"extensions": {"MSFT_texture_dds": {"source": 0}}}, r"textures\[0\] is DDS, which is not read"),
    ],
    ids=["none", "avif", "dds"],
)
def test_a_texture_without_a_readable_image_is_flat_and_told(tmp_path, texture, cause):
    """Such a texture refused the whole scene, with "images[None]", whatever ``missing_texture`` said."""
    room = Room()
    room.document["textures"] = [texture]
    room.material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    scene = room.use(*texture.get("extensions", {})).load(tmp_path)
    assert look(scene).texture is None and look(scene).color == (0.8, 0.8, 0.8)
    with pytest.raises(DataError, match=rf"room.glb: missing texture: {cause}; .*missing_texture"):
        room.load(tmp_path, missing_texture="refuse")


@pytest.mark.parametrize("name", ["KHR_materials_clearcoat", "KHR_lights_punctual", "ACME_teapots"])
def test_what_is_used_and_left_out_is_told(tmp_path, name):
    scene = Room().use(name, required=False).load(tmp_path)
    assert f"not read, the plain material is shown: {name}" in scene.defects
