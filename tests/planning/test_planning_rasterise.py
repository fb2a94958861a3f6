import itertools

import numpy as np
import pytest
from box_scene import box, sheet
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.planning.rasterise import VOXEL, grid_shape, occupied, rasterise

CELL = 0.05


def columns_of(vertices, faces, walkable=None):
    bounds = np.stack([vertices.min(axis=0), vertices.max(axis=0)])
    origin, shape = grid_shape(bounds, CELL)
    flags = np.ones(len(faces), dtype=bool) if walkable is None else walkable
    return rasterise(vertices, faces.astype(np.int32), flags, origin, shape, CELL)


def voxels(bits):
    """(H, W, levels) bool."""
    return np.unpackbits(bits.astype("<u8").view(np.uint8), axis=-1, bitorder="little").astype(bool)


def indexes(columns, points):
    return np.floor((points - columns.origin) / np.array([CELL, CELL, VOXEL])).astype(int)


@pytest.mark.parametrize("shift", [0.0, 0.013, 1e-12, -1e-12])
def test_a_box_whose_faces_lie_on_cell_borders_keeps_all_of_them(shift):
    vertices, faces = box(0.0 + shift, 0.1, 0.0, 0.5 + shift, 0.4, 0.2)
    columns = columns_of(vertices, faces)
    filled = voxels(columns.solid)
    for x in (0.0, 0.5):
        for y in np.linspace(0.11, 0.39, 9):
            column, row, level = indexes(columns, np.array([x + shift, y, 0.1]))
            assert filled[row, max(column - 1, 0) : column + 2, level].any(), "a side wall is lost"
    middle = indexes(columns, np.array([0.25 + shift, 0.25, 0.0]))
    assert np.flatnonzero(filled[middle[1], middle[0]]).tolist() == [middle[2], middle[2] + 8]


corner = st.tuples(*[st.floats(-1, 1, allow_subnormal=False) for _ in range(3)])


@settings(max_examples=60)
@given(st.lists(corner, min_size=3, max_size=3), st.integers(0, 2**32 - 1))
def test_every_point_of_a_triangle_lies_in_a_solid_voxel(corners, seed):
    vertices = np.array(corners)
    columns = columns_of(vertices, np.array([[0, 1, 2]]))
    weights = np.random.default_rng(seed).dirichlet(np.ones(3), size=400)
    points = np.concatenate([weights @ vertices, vertices])
    filled = voxels(columns.solid)
    cells = indexes(columns, points)
    local = (points - columns.origin) / np.array([CELL, CELL, VOXEL])
    on_a_border = (np.abs(local - np.round(local)) < 1e-7).any(axis=1)
    column, row, level = cells.T
    assert filled[row, column, level][~on_a_border].all()
    beside = [filled[row + r, column + c, level + z] for r, c, z in itertools.product((-1, 0, 1), repeat=3)]
    assert np.any(beside, axis=0).all()


@settings(max_examples=60)
@given(st.lists(corner, min_size=3, max_size=3))
def test_solid_voxels_touch_the_triangle(corners):
    vertices = np.array(corners)
    columns = columns_of(vertices, np.array([[0, 1, 2]]))
    row, column, level = np.nonzero(voxels(columns.solid))
    low = columns.origin + np.stack([column * CELL, row * CELL, level * VOXEL], axis=1)
    high = low + np.array([CELL, CELL, VOXEL])
    a, b, c = vertices
    normal = np.cross(b - a, c - a)
    highest = np.where(normal > 0, high, low) @ normal - a @ normal
    lowest = np.where(normal > 0, low, high) @ normal - a @ normal
    slack = 1e-7
    assert (highest >= -slack).all()
    assert (lowest <= slack).all()
    assert (high >= vertices.min(axis=0) - slack).all()
    assert (low <= vertices.max(axis=0) + slack).all()


def test_only_walkable_faces_set_the_standable_voxel():
    low, low_faces = sheet(0, 0, 0.5, 0.5, 0.1)
    high, high_faces = sheet(0, 0, 0.5, 0.5, 0.6, up=False)
    vertices, faces = np.concatenate([low, high]), np.concatenate([low_faces, high_faces + 4])
    columns = columns_of(vertices, faces, np.array([True, True, False, False]))
    column, row, level = indexes(columns, np.array([0.26, 0.26, 0.1 + 1e-9]))
    assert np.flatnonzero(voxels(columns.standable)[row, column]).tolist() == [level]
    assert voxels(columns.solid)[row, column].sum() == 2


def test_occupied_reads_inclusive_ranges_across_words():
    solid = np.zeros((1, 1, 3), dtype=np.uint64)
    solid[0, 0, 1] = np.uint64(1) << np.uint64(5)

    def hit(first, last):
        return bool(occupied(solid, np.full((1, 1), first, np.int32), np.full((1, 1), last, np.int32))[0, 0])

    assert hit(69, 69) and hit(0, 69) and hit(69, 500) and hit(-7, 191)
    assert not hit(0, 68) and not hit(70, 191) and not hit(70, 69) and not hit(200, 300)
