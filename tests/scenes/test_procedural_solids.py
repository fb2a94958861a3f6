import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.scenes.procedural import solids
from vln_pipeline.scenes.procedural.furniture import (
    bathroom,
    bedroom,
    decor,
    kitchen,
    lighting,
    seating,
    storage,
    tables,
)
from vln_pipeline.scenes.procedural.solids import Solid


def volume(solid: Solid) -> float:
    """Signed volume by the divergence theorem: positive where faces look outwards."""
    corners = solid.vertices[solid.faces]
    return float(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6)


def open_edges(solid: Solid) -> int:
    """Number of directed edges without a partner the other way, corners welded."""
    _, weld = np.unique(np.round(solid.vertices, 7), axis=0, return_inverse=True)
    faces = weld.reshape(-1)[solid.faces]
    faces = faces[(faces != np.roll(faces, 1, axis=1)).all(axis=1)]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    n = int(edges.max()) + 1
    forward, counts = np.unique(edges[:, 0] * n + edges[:, 1], return_counts=True)
    backward, back_counts = np.unique(edges[:, 1] * n + edges[:, 0], return_counts=True)
    if not np.array_equal(forward, backward):
        return len(np.setxor1d(forward, backward))
    return int((counts != back_counts).sum())


FLAT = np.concatenate(
    [np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 2, 4)), -1), np.zeros((4, 5, 1))], axis=-1
)

SHAPES = {
    "box": (solids.box((0, 0, 0), (1, 2, 3)), 6.0, 1e-9),
    "rounded box": (solids.rounded_box((0, 0, 0), (1, 2, 3), 0.05, 3), 6.0, 0.03),
    "cylinder": (solids.cylinder(0.5, -1, 1, 64), np.pi / 2, 0.01),
    "cone": (solids.cylinder(0.5, 0, 1, 64, top=0.25), np.pi * (0.25 + 0.125 + 0.0625) / 3, 0.01),
    "cup": (
        solids.lathe([(0, 0), (1, 0), (1, 1), (0.9, 1), (0.9, 0.1), (0, 0.1)], 96),
        np.pi * (1 - 0.81 * 0.9),
        0.01,
    ),
    "prism": (solids.extrude([(0, 0), (2, 0), (2, 1), (0, 1)], 0, 2), 4.0, 1e-9),
    "sheet": (solids.sheet(FLAT, 0.01), 0.02, 1e-9),
    "tube": (solids.tube([(0, 0, 0), (0, 0, 1), (1, 0, 1)], 0.01, 24), np.pi * 1e-4 * 2, 0.2),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_closed_and_has_the_volume_of_its_formula(name):
    solid, expected, tolerance = SHAPES[name]
    assert open_edges(solid) == 0
    assert volume(solid) == pytest.approx(expected, rel=tolerance)
    assert solid.uv.shape == (len(solid.vertices), 2)


def test_a_pillow_is_closed_and_lies_on_the_ground():
    solid = solids.pillow(0.6, 0.4, 0.2)
    assert open_edges(solid) == 0
    assert volume(solid) > 0.25 * 0.6 * 0.4 * 0.2
    assert solid.bounds[0, 2] >= 0
    assert solid.bounds[1, 2] <= 0.2 + 1e-9


@settings(max_examples=40)
@given(
    size=st.tuples(*[st.floats(0.01, 3)] * 3),
    radius=st.floats(0.001, 0.5),
    angle=st.floats(-7, 7),
    axis=st.integers(0, 2),
)
def test_rounding_keeps_the_extent_and_turning_keeps_the_volume(size, radius, angle, axis):
    solid = solids.rounded_box((0, 0, 0), size, radius)
    np.testing.assert_allclose(solid.bounds, [(0, 0, 0), size], atol=1e-9)
    assert 0 < volume(solid) <= np.prod(size) + 1e-9
    assert volume(solid.turned(angle, axis)) == pytest.approx(volume(solid))


def test_texture_coordinates_of_a_box_are_metres():
    solid = solids.box((0, 0, 0), (1, 2, 3))
    for face in solid.faces:
        sides = np.linalg.norm(np.diff(solid.vertices[face], axis=0), axis=1)
        np.testing.assert_allclose(np.linalg.norm(np.diff(solid.uv[face], axis=0), axis=1), sides)


def test_turning_is_right_handed():
    solid = solids.box((1, -0.1, 0), (2, 0.1, 1)).turned(np.pi / 2)
    np.testing.assert_allclose(solid.bounds, [(-0.1, 1, 0), (0.1, 2, 1)], atol=1e-12)


def rng():
    return np.random.default_rng(5)


MODELS = [
    *[seating.dining_chair(style) for style in range(3)],
    *[seating.armchair(np.random.default_rng(s)) for s in range(4)],
    *[seating.sofa(rng(), w) for w in (1.6, 2.2)],
    *[tables.coffee_table(np.random.default_rng(s), 1.0) for s in range(6)],
    *[tables.dining_table(np.random.default_rng(s), 1.5, 0.9) for s in range(3)],
    *[bedroom.bed(np.random.default_rng(s), w) for s in range(4) for w in (0.9, 1.6)],
    *[lighting.pendant_lamp(np.random.default_rng(s))[0] for s in range(5)],
    *[make(rng()) for make in (lighting.floor_lamp, lighting.table_lamp, seating.stool, bedroom.nightstand)],
    *[make(rng()) for make in (kitchen.refrigerator, kitchen.clutter, bathroom.towel_rail, decor.basket)],
    *[make(rng(), 1.0) for make in (tables.desk, tables.console, storage.clothes_rail, decor.coat_rack)],
    *[make(rng(), 1.0, 2.0) for make in (storage.bookshelf, storage.wardrobe, storage.rack)],
    *[make() for make in (seating.office_chair, tables.monitor, kitchen.sink, kitchen.stove, bathroom.toilet)],
    kitchen.hood(2.6),
    kitchen.counter(-1, 1, [0.2]),
    bathroom.bathtub(1.7),
    bathroom.shower(0.9),
    bathroom.washbasin(rng(), 0.8),
    bathroom.washing_machine(),
    decor.plant(rng(), 1.2),
    decor.curtain(rng(), 0.4, 2.2, 0),
    decor.radiator(1.0, 0.6),
]


@pytest.mark.parametrize("thing", MODELS, ids=lambda m: m.category)
def test_furniture_stands_on_the_floor_before_its_wall_with_faces_outwards(thing):
    assert all(np.isfinite(s.vertices).all() and np.isfinite(s.uv).all() for _, s in thing.pieces)
    assert all(volume(solid) > 0 for _, solid in thing.pieces)
    assert all(solid.faces.max() < len(solid.vertices) and solid.faces.min() >= 0 for _, solid in thing.pieces)
    width, depth, height = thing.size
    assert 0.03 < width < 3
    assert 0.03 < depth < 2.4
    assert 0.03 < height < 2.7
