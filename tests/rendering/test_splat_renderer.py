"""Frames of Gaussians against the formula worked out pixel by pixel, and against the geometry."""

import numpy as np
import pytest
from captured_room import in_frame, room, sampled
from scipy.spatial.transform import Rotation
from scipy.special import sph_harm_y

from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.gl_renderer import GlSplatRenderer
from vln_pipeline.rendering.splat.projection import front_to_back
from vln_pipeline.rendering.splat.renderer import SplatRenderer
from vln_pipeline.scenes.scene import Material, Part, Scene, Splat

CAMERA = Intrinsics.from_fov(96, 64, 80)
POSE = camera_poses(np.array([[1.0, 1.5, 0.0]]), np.array([0.4]), 1.2, 10.0)[0]


def random_splat(count: int = 400, degree: int = 3, antialiased: bool = False) -> Splat:
    draw = np.random.default_rng(4)
    quats = draw.normal(size=(count, 4))
    return Splat(
        means=(draw.uniform(-2, 2, (count, 3)) + np.array([3.5, 2.0, 1.0])).astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        scales=np.exp(draw.normal(-2.5, 0.8, (count, 3))).astype(np.float32),
        opacities=draw.uniform(0.01, 1, count).astype(np.float32),
        sh=draw.normal(0, 0.3, (count, (degree + 1) ** 2, 3)).astype(np.float16),
        antialiased=antialiased,
    )


def harmonics(direction: np.ndarray) -> np.ndarray:
    """(N, 16) real spherical harmonics of unit vectors, by their definition in spherical coordinates."""
    x, y, z = direction.T
    polar, azimuth = np.arccos(np.clip(z, -1, 1)), np.arctan2(y, x)
    columns = []
    for degree in range(4):
        for order in range(-degree, degree + 1):
            value = sph_harm_y(degree, abs(order), polar, azimuth)
            # The phase of Condon and Shortley, in scipy's functions, is that of the reference implementation too.
            columns.append(value.real if order == 0 else np.sqrt(2) * (value.imag if order < 0 else value.real))
    return np.stack(columns, axis=1)


def brute_force(splat: Splat, pose: np.ndarray, camera: Intrinsics, near: float = 0.2) -> np.ndarray:
    """The paper's formula in double precision, every Gaussian at every pixel, nothing left out but the faintest."""
    turn, eye = pose[:3, :3].T, pose[:3, 3]
    local = (splat.means.astype(float) - eye) @ turn.T
    order = np.argsort(local[:, 2].astype(np.float32), kind="stable")
    axes = Rotation.from_quat(splat.quats.astype(float), scalar_first=True).as_matrix() * splat.scales[:, None, :]
    shape = axes @ axes.transpose(0, 2, 1)
    direction = (splat.means - eye) / np.linalg.norm(splat.means - eye, axis=1, keepdims=True)
    bands = splat.sh.shape[1]
    color = np.maximum(0.5 + np.einsum("nk,nkc->nc", harmonics(direction)[:, :bands], splat.sh.astype(float)), 0)
    v, u = np.mgrid[: camera.height, : camera.width].astype(float)
    image, through = np.zeros((camera.height, camera.width, 3)), np.ones((camera.height, camera.width))
    limit = 1.3 * np.array([camera.width / camera.fx, camera.height / camera.fy]) / 2
    for i in order:
        x, y, z = local[i]
        if z <= near:
            continue
        tx, ty = np.clip([x / z, y / z], -limit, limit)
        jacobian = np.array([[camera.fx / z, 0, -camera.fx * tx / z], [0, camera.fy / z, -camera.fy * ty / z]]) @ turn
        bare = jacobian @ shape[i] @ jacobian.T
        spread = bare + 0.3 * np.eye(2)
        opacity = float(splat.opacities[i])
        if splat.antialiased:
            opacity *= np.sqrt(max(np.linalg.det(bare), 0) / np.linalg.det(spread))
        inverse = np.linalg.inv(spread)
        dx, dy = u - (camera.fx * x / z + camera.cx), v - (camera.fy * y / z + camera.cy)
        power = inverse[0, 0] * dx * dx + 2 * inverse[0, 1] * dx * dy + inverse[1, 1] * dy * dy
        alpha = np.minimum(0.99, opacity * np.exp(-power / 2))
        alpha[alpha < 1 / 255] = 0
        image += (alpha * through)[..., None] * color[i]
        through *= 1 - alpha
    return image


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("antialiased", [False, True])
def test_an_image_is_the_formula_s(degree, antialiased):
    splat = random_splat(degree=degree, antialiased=antialiased)
    found, _ = SplatRenderer(splat, SplatRenderingConfig(), 1).image(POSE, CAMERA)
    expected = brute_force(splat, POSE, CAMERA)
    assert expected.std() > 0.1
    # At a pixel on the rim of a Gaussian, rounding decides whether its last 1/255 counts.
    difference = np.abs(found - expected).max(axis=2)
    assert np.quantile(difference, 0.995) < 1e-3 and difference.max() < 1.5 / 255


@pytest.mark.gl
@pytest.mark.parametrize("degree", [0, 3])
@pytest.mark.parametrize("antialiased", [False, True])
def test_opengl_and_tiles_agree(degree, antialiased):
    """Two programs of one formula: each is the other's test, beside the formula itself."""
    splat = random_splat(800, degree, antialiased)
    drawn = GlSplatRenderer(splat, SplatRenderingConfig())
    for pose in (POSE, camera_poses(np.array([[6.0, 4.0, 0.0]]), np.array([-2.5]), 1.0, -5.0)[0]):
        found, through = drawn.image(pose, CAMERA)
        expected, expected_through = SplatRenderer(splat, SplatRenderingConfig(), 1).image(pose, CAMERA)
        assert expected.std() > 0.05
        assert -10 * np.log10(np.mean((np.clip(found, 0, 1) - np.clip(expected, 0, 1)) ** 2)) >= 50
        assert np.abs(through - expected_through).max() < 1.5 / 255
        formula = brute_force(splat, pose, CAMERA)
        assert np.quantile(np.abs(found - formula).max(axis=2), 0.99) < 1e-3
    drawn.close()


@pytest.mark.gl
def test_opengl_shows_the_background_and_other_sizes(tmp_path):
    config = RenderingConfig(splat=SplatRenderingConfig(rasteriser="gl", background=(0.2, 0.4, 1.0)))
    scene = Scene("room", room().parts, room().materials, splat=random_splat(10))
    renderer = open_renderer(scene, config, seed=1, cache=tmp_path, threads=1)
    assert isinstance(renderer, GlSplatRenderer)
    away = POSE.copy()
    away[:3, 3] += (100, 100, 100)
    for size in ((96, 64), (33, 21)):
        (image,) = renderer.render(away[None], Intrinsics.from_fov(*size, 80))
        assert image.shape == (size[1], size[0], 3)
        np.testing.assert_array_equal(image[0, 0], [51, 102, 255])
    renderer.close()


def test_red_that_depends_on_x_alone_is_seen_from_x_alone():
    """Coefficients of the wrong channel, order or sign give another picture and no error."""
    sh = np.zeros((1, 4, 3), np.float16)
    sh[0, 3, 0] = 0.8  # the last of degree 1 is -x
    one = Splat(
        np.zeros((1, 3), np.float32), np.array([[1, 0, 0, 0]], np.float32), np.full((1, 3), 0.2, np.float32),
        np.ones(1, np.float32), sh,
    )  # fmt: skip
    colors = {}
    for name, (x, y, yaw) in {"x": (-1, 0, 0), "-x": (1, 0, np.pi), "y": (0, -1, np.pi / 2)}.items():
        pose = camera_poses(np.array([[x, y, 0.0]]), np.array([yaw]), 0.0, 0.0)[0]
        image, _ = SplatRenderer(one, SplatRenderingConfig(), 1).image(pose, Intrinsics.from_fov(33, 33, 60))
        colors[name] = image[16, 16] / 0.99
    step = 0.8 * np.sqrt(3 / (4 * np.pi))
    np.testing.assert_allclose(colors["x"], [0.5 - step, 0.5, 0.5], atol=2e-3)
    np.testing.assert_allclose(colors["-x"], [0.5 + step, 0.5, 0.5], atol=2e-3)
    np.testing.assert_allclose(colors["y"], [0.5, 0.5, 0.5], atol=2e-3)


def test_a_turned_and_scaled_file_gives_the_same_image():
    """The camera moves into the file's frame; were the Gaussians turned instead, their colours would stay behind."""
    frame = np.eye(4)
    frame[:3, :3] = 3.7 * Rotation.from_euler("xyz", [30, -40, 110], degrees=True).as_matrix()
    frame[:3, 3] = (3, -1, 2)
    stored = random_splat(degree=1)
    placed = Splat(stored.means, stored.quats, stored.scales, stored.opacities, stored.sh, world_from_splat=frame)
    pose = POSE.copy()
    pose[:3, :3] = frame[:3, :3] / 3.7 @ POSE[:3, :3]
    pose[:3, 3] = frame[:3, :3] @ POSE[:3, 3] + frame[:3, 3]
    config = SplatRenderingConfig(near=0.2 * 3.7)
    found, through = SplatRenderer(placed, config, 1).image(pose, CAMERA)
    expected, expected_through = SplatRenderer(stored, SplatRenderingConfig(), 1).image(POSE, CAMERA)
    assert np.abs(found - expected).max() < 2e-3 and np.abs(through - expected_through).max() < 2e-3


def test_a_known_point_is_in_the_same_pixel_for_rays_and_for_gaussians():
    """Left and right were mirrored by one cross product; the picture looked sound, and so did the depth."""
    camera = Intrinsics.from_fov(161, 121, 75)
    for target in [(3.0, 2.6, 1.9), (2.5, 1.2, 0.8), (4.0, 2.0, 1.2)]:
        one = Splat(
            np.array([target], np.float32), np.array([[1, 0, 0, 0]], np.float32), np.full((1, 3), 1e-3, np.float32),
            np.full(1, 0.99, np.float32), np.ones((1, 1, 3), np.float16),
        )  # fmt: skip
        placed = in_frame(one, np.diag([1.0, -1.0, -1.0, 1.0]))
        image, _ = SplatRenderer(placed, SplatRenderingConfig(), 1).image(POSE, camera)
        row, column = np.unravel_index(np.argmax(image.sum(axis=2)), (121, 161))
        corners = np.asarray(target) + 0.03 * np.concatenate([np.eye(3), -np.eye(3)])
        faces = [(a, b, c) for a in (0, 3) for b in (1, 4) for c in (2, 5)]
        part = Part("point", corners, np.array(faces, np.int32), 0, "box", 1)
        ids = Raycaster(Scene("one", (part,), (Material("m"),))).geometry(POSE, camera).instance
        rows, columns = np.nonzero(ids)
        assert ids[row, column] == 1
        assert abs(rows.mean() - row) <= 0.75 and abs(columns.mean() - column) <= 0.75


def test_the_room_is_seen_where_its_mesh_is(tmp_path):
    """Depth and masks are the mesh's, colours the Gaussians': floor, walls and cabinet must not be apart."""
    house = room()
    splat = sampled(house, 60_000)
    paint = {"floor": (1, 0, 0), "wall": (0, 1, 0), "ceiling": (0, 0, 1)}
    tree = Raycaster(house)
    geometry = tree.geometry(POSE, CAMERA)
    names = np.array(house.categories)[geometry.semantic]
    nearest = np.array([_part_of(house, p) for p in splat.means])
    sh = np.array([[paint.get(n, (1, 1, 1))] for n in nearest], np.float16) - np.float16(0.5)
    painted = Splat(splat.means, splat.quats, splat.scales, splat.opacities, (sh / 0.2821).astype(np.float16))
    renderer = open_renderer(
        Scene("room", house.parts, house.materials, splat=painted), RenderingConfig(), seed=1, cache=tmp_path, threads=2
    )
    assert isinstance(renderer, SplatRenderer)
    poses = np.stack([POSE, POSE])
    first, second = renderer.render(poses, CAMERA)
    np.testing.assert_array_equal(first, second)
    expected = np.array([[paint.get(n, (1, 1, 1)) for n in row] for row in names])
    agrees = (np.abs(first / 255 - expected) < 0.5).all(axis=2)
    assert agrees.mean() > 0.93
    renderer.close()


def _part_of(house: Scene, point: np.ndarray) -> str:
    for part in house.parts:
        low, high = part.vertices.min(axis=0) - 1e-4, part.vertices.max(axis=0) + 1e-4
        if (point >= low).all() and (point <= high).all():
            return part.category
    raise AssertionError(point)


def test_the_order_is_that_of_depth_and_equal_depths_stay():
    depth = np.array([3.0, 0.5, 0.5, 1e-20, 2.0, 3.0, 1e9], np.float32)
    np.testing.assert_array_equal(front_to_back(depth), np.argsort(depth, kind="stable"))
    many = np.random.default_rng(0).exponential(3, 5000).astype(np.float32).round(2) + np.float32(0.01)
    np.testing.assert_array_equal(front_to_back(many), np.argsort(many, kind="stable"))


def test_where_nothing_is_the_background_is_seen():
    away = POSE.copy()
    away[:3, 3] += (100, 100, 100)
    config = SplatRenderingConfig(background=(0.2, 0.4, 1.0))
    (image,) = SplatRenderer(random_splat(10), config, 1).render(away[None], CAMERA)
    np.testing.assert_array_equal(image[0, 0], [51, 102, 255])
