import numpy as np
import pytest

from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Material, Part, Scene


def square(x: float, low: float, high: float, category: str, instance: int) -> Part:
    """A square that faces the origin from x, from low to high in y and z."""
    vertices = np.array([[x, low, low], [x, high, low], [x, high, high], [x, low, high]], dtype=np.float64)
    return Part(category, vertices, np.array([[0, 2, 1], [0, 3, 2]], np.int32), 0, category, instance)


@pytest.fixture
def scene() -> Scene:
    return Scene("two_squares", (square(4.0, -9, 9, "wall", 1), square(2.0, 0.0, 0.5, "box", 2)), (Material("m"),))


CAMERA = Intrinsics.from_fov(64, 48, 90)
AHEAD = camera_poses(np.zeros((1, 3)), np.zeros(1), 0.0, 0.0)[0]


def test_depth_is_along_the_axis_not_along_the_ray(scene):
    depth = Raycaster(scene).geometry(AHEAD, CAMERA).depth
    assert set(np.unique(depth.round(5))) == {2.0, 4.0}


def test_ids_are_those_of_the_nearest_part(scene):
    frame = Raycaster(scene).geometry(AHEAD, CAMERA)
    names = np.array(scene.categories)[frame.semantic]
    assert (names[frame.depth < 3] == "box").all()
    assert (frame.instance[frame.depth < 3] == 2).all()
    assert (frame.instance[frame.depth > 3] == 1).all()


def test_the_box_up_and_to_the_left_is_seen_up_and_to_the_left(scene):
    """World y is left and z is up; a mirrored or half-pixel shifted camera puts the box elsewhere."""
    rows, columns = np.nonzero(Raycaster(scene).geometry(AHEAD, CAMERA).instance == 2)
    edge = CAMERA.fx * 0.5 / 2.0
    assert columns.max() == np.floor(CAMERA.cx)
    assert columns.min() == np.ceil(CAMERA.cx - edge)
    assert rows.max() == np.floor(CAMERA.cy)
    assert rows.min() == np.ceil(CAMERA.cy - edge)


def test_nothing_hit_is_zero_everywhere(scene):
    behind = camera_poses(np.zeros((1, 3)), np.array([np.pi]), 0.0, 0.0)[0]
    frame = Raycaster(scene).geometry(behind, CAMERA)
    assert not frame.depth.any()
    assert not frame.semantic.any()
    assert not frame.instance.any()


def test_a_scene_far_from_the_origin_is_as_exact(scene):
    """Single precision at 100 km resolves 8 mm; the ray caster works about the scene's own centre."""
    shift = np.array([1e5, -1e5, 0.0])
    parts = tuple(Part(p.name, p.vertices + shift, p.faces, 0, p.category, p.instance) for p in scene.parts)
    far = Scene("far", parts, scene.materials)
    pose = AHEAD.copy()
    pose[:3, 3] += shift
    np.testing.assert_allclose(
        Raycaster(far).geometry(pose, CAMERA).depth, Raycaster(scene).geometry(AHEAD, CAMERA).depth, atol=1e-5
    )


def test_hits_interpolate_to_the_point_on_the_face(scene):
    directions = np.array([[1.0, 0.1, 0.1], [1.0, -0.4, 0.3]])
    hits = Raycaster(scene).cast(np.zeros(3), directions)
    corners = scene.mesh.vertices[scene.mesh.faces[hits.face]]
    points = np.einsum("rc,rcx->rx", hits.weights, corners)
    np.testing.assert_allclose(points, directions * hits.distance[:, None], atol=1e-5)
    np.testing.assert_allclose(np.abs(hits.normal[:, 0]), 1.0, atol=1e-6)
