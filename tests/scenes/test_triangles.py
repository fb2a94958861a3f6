import numpy as np
import pytest

from vln_pipeline.scenes.scene import Mesh
from vln_pipeline.scenes.topology import topology
from vln_pipeline.scenes.triangles import area_vectors, corners_of, lengths, of_all, used_vertices


@pytest.fixture
def soup():
    """A scan of a million triangles spent more time in its checks than in planning a thousand walks on it.

    What was told by numpy's general functions is now told corner by corner, to the last bit.
    """
    draw = np.random.default_rng(5)
    return draw.normal(size=(300, 3)), draw.integers(0, 250, (900, 3), dtype=np.int32)


def test_measures_are_those_of_numpy_to_the_last_bit(soup):
    vertices, faces = soup
    corners = vertices[faces]
    expected = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    found = area_vectors(corners_of(vertices, faces))
    assert found.tobytes() == expected.tobytes()
    assert lengths(found).tobytes() == np.linalg.norm(expected, axis=1).tobytes()


def test_flags_and_use_are_told_of_corners(soup):
    vertices, faces = soup
    flags = vertices[:, 0] > -1
    np.testing.assert_array_equal(of_all(flags, faces), flags[faces].all(axis=1))
    np.testing.assert_array_equal(np.flatnonzero(used_vertices(len(vertices), faces)), np.unique(faces))


def test_no_faces_are_no_trouble():
    nothing = np.zeros((0, 3), np.int32)
    assert len(lengths(area_vectors(corners_of(np.zeros((0, 3)), nothing)))) == 0
    assert not used_vertices(4, nothing).any()


def test_open_edges_are_counted_once_and_by_part():
    """Two tetrahedra, one without its last face, whose doubled vertices are one place."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], np.int32)
    vertices = np.concatenate([corners[faces].reshape(-1, 3), corners + 1e-3])
    joined = np.concatenate([np.arange(12, dtype=np.int32).reshape(4, 3), faces[:3] + 12])
    told = topology(Mesh(vertices, joined, np.repeat(np.arange(2, dtype=np.int32), (4, 3))))
    assert told.closed.tolist() == [True, False]
    assert told.volume[0] == pytest.approx(1 / 6)
    assert told.open_edges == pytest.approx(3 / 12)
