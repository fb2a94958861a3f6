import numpy as np
import pytest

from vln_pipeline.scenes.procedural import pictures, textures
from vln_pipeline.scenes.procedural.palette import Palette, linear

OAK, GREY = (0.71, 0.55, 0.38), (0.6, 0.6, 0.6)
TILED = {
    "plaster": lambda r: textures.plaster(r, 128, GREY),
    "grain": lambda r: textures.grain(r, 128, OAK),
    "planks": lambda r: textures.planks(r, 120, OAK, 12),
    "herringbone": lambda r: textures.herringbone(r, 128, OAK),
    "tiles": lambda r: textures.tiles(r, 128, GREY, OAK, 4, 4),
    "bond": lambda r: textures.tiles(r, 128, GREY, OAK, 4, 8, 0.5),
    "brick": lambda r: textures.brick(r, 132, OAK),
    "carpet": lambda r: textures.carpet(r, 128, GREY),
    "weave": lambda r: textures.weave(r, 128, GREY, 16),
    "stripes": lambda r: textures.stripes(r, 128, GREY, OAK),
    "leather": lambda r: textures.leather(r, 128, OAK),
    "stone": lambda r: textures.stone(r, 128, GREY, OAK),
    "terrazzo": lambda r: textures.terrazzo(r, 128, GREY),
}


@pytest.mark.parametrize("name", TILED)
def test_a_texture_repeats_without_a_seam(name):
    image = TILED[name](np.random.default_rng(3)).astype(float)
    for axis in (0, 1):
        steps = np.abs(np.diff(image, axis=axis)).mean(axis=(1 - axis, 2))
        seam = np.abs(np.take(image, -1, axis) - np.take(image, 0, axis)).mean()
        # A seam may be as strong as the strongest joint inside the image, never stronger.
        assert seam <= steps.max() * 1.05 + 1


@pytest.mark.parametrize("name", TILED)
def test_a_texture_keeps_near_its_colour_and_is_repeatable(name):
    first, second = (TILED[name](np.random.default_rng(3)) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.ndim == 3
    np.testing.assert_array_equal(first, second)
    assert (first != TILED[name](np.random.default_rng(4))).any()
    assert 60 < first.mean() < 200
    assert first.std() > 0.5


def test_noise_is_standardised_and_stretched_along_the_rows():
    field = textures.noise(np.random.default_rng(0), 128, 0.1, stretch=10)
    assert field.mean() == pytest.approx(0, abs=1e-9)
    assert field.std() == pytest.approx(1)
    assert np.abs(np.diff(field, axis=1)).mean() < 0.6 * np.abs(np.diff(field, axis=0)).mean()


@pytest.mark.parametrize("draw", [pictures.outdoors, pictures.screen])
def test_pictures_fill_the_range_of_their_image(draw):
    image = draw(np.random.default_rng(0), 96)
    assert image.shape == (96, 96, 3)
    assert image.std() > 10


def test_every_style_of_rug_and_art_is_drawn():
    colors = [OAK, GREY, (0.2, 0.3, 0.4)]
    for draw in (pictures.rug, pictures.art):
        images = {draw(np.random.default_rng(s), 32, colors).tobytes() for s in range(12)}
        assert len(images) == 12


def test_linear_follows_the_srgb_curve():
    np.testing.assert_allclose(linear((0, 0.5, 1)), (0, 0.214041, 1), atol=1e-5)


def test_a_palette_hands_out_one_material_per_role_whatever_the_order():
    first, second = Palette(1, "home_0000", 64), Palette(1, "home_0000", 64)
    roles = ["wall", "sofa", "rug 2", "chrome"]
    a = [first.finish(r) for r in roles]
    b = [second.finish(r) for r in reversed(roles)][::-1]
    assert first.finish("wall") is a[0]
    for x, y in zip(a, b, strict=True):
        assert x.metres == y.metres
        assert x.material.color == y.material.color
        assert (x.material.texture is None) == (y.material.texture is None)
        if x.material.texture is not None and y.material.texture is not None:
            np.testing.assert_array_equal(x.material.texture, y.material.texture)


def test_an_unknown_role_is_refused():
    with pytest.raises(KeyError, match="velvet"):
        Palette(1, "home_0000", 64).finish("velvet")
