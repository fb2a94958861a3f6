import numpy as np
import pytest

from vln_pipeline.rendering.colour_space import LINEAR, to_srgb
from vln_pipeline.rendering.texture_atlas import LARGEST_TEXTURE, TextureAtlas, fitted
from vln_pipeline.scenes.scene import Material


def test_texels_lie_where_their_coordinates_say_and_repeat():
    texture = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(2, 4, 3) * 10
    atlas = TextureAtlas([Material("plain"), Material("m", texture=texture)])
    row, column = np.mgrid[:2, :4]
    uv = np.stack([(column + 0.5) / 4, 1 - (row + 0.5) / 2], axis=-1).reshape(-1, 2).astype(np.float32)
    material, sharp = np.ones(8, np.int32), np.zeros(8, np.float32)
    for shift in (0, 3, -2):
        found = atlas.sample(material, uv + np.float32(shift), sharp)
        np.testing.assert_allclose(found, LINEAR[texture.reshape(-1, 3)], atol=1e-5)
    assert (atlas.sample(material * 0, uv, sharp) == 1).all()


def test_far_textures_are_averaged():
    chequers = (255 * (np.indices((64, 64)).sum(axis=0) % 2)).astype(np.uint8)
    atlas = TextureAtlas([Material("m", texture=np.repeat(chequers[..., None], 3, axis=-1))])
    uv = np.random.default_rng(0).random((50, 2), dtype=np.float32)
    found = atlas.sample(np.zeros(50, np.int32), uv, np.ones(50, np.float32))
    np.testing.assert_allclose(found, found[0, 0], atol=1e-6)
    assert found[0, 0] == pytest.approx(LINEAR[128], abs=0.02)


def test_large_textures_are_fitted():
    large = np.zeros((LARGEST_TEXTURE * 2, LARGEST_TEXTURE // 2, 3), np.uint8)
    assert fitted(large).shape == (LARGEST_TEXTURE, LARGEST_TEXTURE // 4, 3)
    assert fitted(large[:100]) is not None
    assert fitted(large[:100]).shape == (100, LARGEST_TEXTURE // 2, 3)


def test_display_values_survive_a_round_trip():
    np.testing.assert_array_equal(to_srgb(LINEAR), np.arange(256))
    np.testing.assert_array_equal(to_srgb(np.float32([-1.0, 2.0])), [0, 255])
