import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.rendering.blender.tessellation import Tessellation, tessellate
from vln_pipeline.scenes.scene import Material, Part, Scene


def _scene(vertices, faces, **fields):
    part = Part("part", np.asarray(vertices, float), np.asarray(faces, np.int32), 0, "wall", 1, **fields)
    return Scene("scene", (part,), (Material("plain"),))


SQUARE = [[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]]


def _area_vectors(mesh):
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return np.cross(b - a, c - a) / 2


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(0.15, 2.0))
def test_edges_are_short_and_the_surface_stays(seed, longest):
    draw = np.random.default_rng(seed)
    scene = _scene(draw.uniform(-1, 1, (6, 3)), [[0, 1, 2], [2, 1, 3], [3, 4, 5]])
    whole, cut = Tessellation.of(scene), tessellate(scene, longest)
    assert cut.lengths(cut.edges()[0]).max() <= longest
    np.testing.assert_allclose(
        np.linalg.norm(_area_vectors(cut), axis=1).sum(), np.linalg.norm(_area_vectors(whole), axis=1).sum()
    )
    np.testing.assert_allclose(_area_vectors(cut).sum(axis=0), _area_vectors(whole).sum(axis=0), atol=1e-9)


def test_neighbours_stay_joined_where_only_some_edges_are_cut():
    mesh = tessellate(_scene(SQUARE, [[0, 1, 2], [0, 2, 3]]), 1.0)
    ends, face_edges = mesh.edges()
    mesh = mesh.split(ends, face_edges, np.arange(len(ends)) % 3 == 0)
    ends, face_edges = mesh.edges()
    uses = np.bincount(face_edges.ravel())
    middle = mesh.vertices[ends].mean(axis=1)
    on_rim = np.isclose(np.abs(middle[:, :2] - 1).max(axis=1), 1)
    np.testing.assert_array_equal(uses, np.where(on_rim, 1, 2))


def test_texture_coordinates_follow_their_positions():
    uv = np.array(SQUARE, np.float32)[:, :2] / 2
    mesh = tessellate(_scene(SQUARE, [[0, 1, 2], [0, 2, 3]], uv=uv), 0.3)
    np.testing.assert_allclose(mesh.uv, mesh.vertices[:, :2] / 2, atol=1e-6)


def test_a_sharp_edge_splits_its_vertices_and_a_soft_one_shares_them():
    for rise, expected in ((2.0, 6), (0.2, 4)):
        scene = _scene([[0, 0, 0], [1, 0, 0], [0.5, 1, rise], [0.5, -1, rise]], [[0, 1, 2], [1, 0, 3]])
        mesh = Tessellation.of(scene)
        assert len(mesh.vertices) == expected
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1)


def test_faces_without_area_are_left_out():
    mesh = Tessellation.of(_scene(SQUARE, [[0, 1, 2], [0, 1, 1]]))
    assert len(mesh.faces) == 1


def test_light_of_a_rounded_body_is_not_measured_inside_it():
    around = np.linspace(0, 2 * np.pi, 9)[:-1]
    rings = [[0.2 * np.cos(t), 0.2 * np.sin(t), z] for z in (0.0, 0.5) for t in around]
    faces = [f for k in range(8) for f in ([k, (k + 1) % 8, k + 8], [(k + 1) % 8, (k + 1) % 8 + 8, k + 8])]
    mesh = tessellate(_scene(rings, faces), 1.0)
    assert len(mesh.vertices) == 16  # smooth all around
    apothem = 0.2 * np.cos(np.pi / 8)
    points = mesh.inward()
    outermost = (points[:, :2] @ np.stack([np.cos(around + np.pi / 8), np.sin(around + np.pi / 8)])).max(axis=1)
    np.testing.assert_allclose(outermost, apothem)


def test_light_is_measured_on_the_surface_off_its_rim():
    mesh = tessellate(_scene(SQUARE, [[0, 1, 2], [0, 2, 3]]), 0.5)
    points = mesh.inward()
    assert points[:, :2].min() > 0.005
    assert points[:, :2].max() < 1.995
    assert np.linalg.norm(points - mesh.vertices, axis=1).max() < 0.031
    np.testing.assert_allclose(points[:, 2], 0)
