import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.published.label_transfer import UNLABELLED, LabelledPoints, transfer
from vln_pipeline.scenes.published.surface_samples import sample

SQUARE = np.array([[0, 0, 0], [4, 0, 0], [4, 4, 0], [0, 4, 0.0]])
FACES = np.array([[0, 1, 2], [0, 2, 3]])


def surface(vertices=SQUARE, faces=FACES) -> Surface:
    return Surface(("s",), (0,), np.asarray(vertices, dtype=float), np.asarray(faces), 0)


def moved(up: float) -> np.ndarray:
    return np.add(SQUARE, (0, 0, up))


def area(s: Surface) -> np.ndarray:
    a, b, c = np.moveaxis(s.vertices[s.faces], 1, 0)
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


@settings(max_examples=30, derandomize=True)
@given(st.lists(st.tuples(*[st.floats(-2, 2)] * 3), min_size=3, max_size=3))
def test_every_place_of_a_triangle_is_near_a_point(corners):
    corners = np.array(corners)
    found = sample(corners, np.array([[0, 1, 2]]), 0.4)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1)
    np.testing.assert_allclose(found.weights @ corners, found.points, atol=1e-9)
    grid = np.array([(i, j, 10 - i - j) for i in range(11) for j in range(11 - i)]) / 10
    distance, _ = cKDTree(found.points).query(grid @ corners)
    assert distance.max() <= 0.4


def test_small_and_stray_triangles_get_one_point():
    vertices = np.array([[0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [1e30, 0, 0], [0, 1e30, 0.0]])
    found = sample(vertices, np.array([[0, 1, 2], [0, 3, 4]]), 0.2)
    assert sorted(found.face.tolist()) == [0, 1]
    assert np.isfinite(found.normals).all()


def test_labels_of_the_same_triangles_come_back():
    points = LabelledPoints.of(surface(), np.array([5, 9]))
    ((shown,), (labels,)) = transfer(points, [surface(faces=FACES[::-1])], 0.1)
    assert len(shown.faces) == 2 and labels.tolist() == [9, 5]


def test_face_with_two_labels_is_divided():
    """The left half is 1, the right half 2, across the diagonals of the shown square."""
    halves = [surface(SQUARE * [0.5, 1, 1]), surface(SQUARE * [0.5, 1, 1] + [2, 0, 0])]
    points = LabelledPoints.joined([LabelledPoints.of(s, np.full(2, i)) for i, s in enumerate(halves, 1)])
    ((shown,), (labels,)) = transfer(points, [surface()], 0.1)
    sizes = area(shown)
    assert sizes.sum() == pytest.approx(16)
    assert sizes[labels == 1].sum() == pytest.approx(8, rel=0.05)
    middle = shown.vertices[shown.faces].mean(axis=1)[:, 0]
    assert (labels[np.abs(middle - 2) > 0.15] == np.where(middle < 2, 1, 2)[np.abs(middle - 2) > 0.15]).all()


def test_sides_of_a_thin_wall_are_told_apart_by_where_they_face():
    front, back = surface(), surface(moved(-0.02), FACES[:, ::-1])
    points = LabelledPoints.joined([LabelledPoints.of(front, np.full(2, 1)), LabelledPoints.of(back, np.full(2, 2))])
    shown = [surface(moved(-0.015)), surface(moved(-0.005), FACES[:, ::-1])]
    _, labels = transfer(points, shown, 0.1)
    assert [set(label.tolist()) for label in labels] == [{1}, {2}]


def test_faces_out_of_reach_are_unlabelled():
    points = LabelledPoints.of(surface(), np.array([5, 5]))
    _, (label,) = transfer(points, [surface(moved(0.3))], 0.1)
    assert set(label.tolist()) == {UNLABELLED}


def test_texture_coordinates_and_colours_are_divided_along():
    uv = (SQUARE[:, :2] / 4).astype(np.float32)
    colors = (SQUARE[:, [0, 1, 2]] * 50).astype(np.uint8)
    shown = Surface(("s",), (0,), SQUARE, FACES, 0, uv=uv, colors=colors)
    halves = [surface(SQUARE * [0.5, 1, 1]), surface(SQUARE * [0.5, 1, 1] + [2, 0, 0])]
    points = LabelledPoints.joined([LabelledPoints.of(s, np.full(2, i)) for i, s in enumerate(halves)])
    ((found,), _) = transfer(points, [shown], 0.1)
    np.testing.assert_allclose(found.uv, found.vertices[:, :2] / 4, atol=1e-6)
    np.testing.assert_allclose(found.colors[:, :2], found.vertices[:, :2] * 50, atol=6)
