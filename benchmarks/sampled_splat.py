"""A scene as a splat, sampled from its surfaces rather than trained from photographs.

    from sampled_splat import captured, sampled

``sampled`` lays flat discs on the surfaces with their colours; ``captured`` has the faults of a capture too: noise
along the normal, varied opacities, floaters.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vln_pipeline.scenes.scene import Scene, Splat

SH_C0 = 0.28209479177387814
THICKNESS = 0.004
"""Standard deviation of a disc along its normal, metres."""
SPREAD = 0.6
"""Standard deviation of a disc over the distance of two: less covered than what was trained from photographs."""
NOISE, FLOATERS, FLOATER_SIZE = 0.015, 0.02, 0.03


def sampled(scene: Scene, count: int, seed: int = 0, degree: int = 0) -> Splat:
    """Return ``count`` Gaussians on a scene's surfaces, in the scene's own frame.

    Args:
        scene: the scene.
        count: Gaussians.
        seed: of places and coefficients.
        degree: of the spherical harmonics; those above 0 are drawn at random, of 0.05.
    """
    draw = np.random.default_rng(seed)
    points, normals, colors, area = _points(scene, count, draw)
    splat = _discs(points, normals, colors, SPREAD * np.sqrt(area / count), draw, degree)
    return replace(splat, opacities=np.full(count, 0.95, np.float32))


def captured(scene: Scene, count: int, seed: int = 0, degree: int = 0) -> Splat:
    """Return the same with noise of 1.5 cm, opacities of Beta(3, 1), and 2 % of faint floaters."""
    draw = np.random.default_rng(seed)
    floating = int(FLOATERS * count)
    points, normals, colors, area = _points(scene, count, draw)
    points = points + normals * draw.normal(0, NOISE, (count, 1))
    opacity = draw.beta(3, 1, count)
    size = np.full(count, SPREAD * np.sqrt(area / count))
    low, high = scene.bounds
    points[:floating] = draw.uniform(low, high, (floating, 3))
    opacity[:floating] = draw.uniform(0.02, 0.35, floating)
    size[:floating] = FLOATER_SIZE * np.exp(draw.normal(0, 0.5, floating))
    splat = _discs(points, normals, colors, size, draw, degree)
    scales = splat.scales.copy()
    scales[:floating] = size[:floating, None]
    return replace(splat, opacities=opacity.astype(np.float32), scales=scales)


def in_frame(splat: Splat, world_from_splat: NDArray[np.float64]) -> Splat:
    """Return a splat that lies where it lay, as a file in another frame would hold it; its colours stay."""
    inverse = np.linalg.inv(world_from_splat)
    unit = np.cbrt(np.linalg.det(inverse[:3, :3]))
    turn = _quaternion(inverse[:3, :3] / unit)
    return replace(
        splat,
        means=(splat.means @ inverse[:3, :3].T + inverse[:3, 3]).astype(np.float32),
        quats=_product(turn, splat.quats).astype(np.float32),
        scales=(splat.scales * unit).astype(np.float32),
        world_from_splat=world_from_splat,
    )


def _points(scene: Scene, count: int, draw: np.random.Generator) -> tuple[NDArray, NDArray, NDArray, float]:
    mesh = scene.mesh
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1) / 2
    face = draw.choice(len(area), count, p=area / area.sum())
    u, v = np.sqrt(draw.random((count, 1))), draw.random((count, 1))
    weights = np.concatenate([1 - u, u * (1 - v), u * v], axis=1)
    points = weights[:, :1] * a[face] + weights[:, 1:2] * b[face] + weights[:, 2:] * c[face]
    normals = cross[face] / (2 * area[face, None])
    return points, normals, _colors(scene, face, weights, normals), float(area.sum())


def _colors(scene: Scene, face: NDArray, weights: NDArray, normals: NDArray) -> NDArray:
    """Return (N, 3) display colours under a light from above."""
    mesh = scene.mesh
    starts = np.cumsum([0, *(len(p.vertices) for p in scene.parts[:-1])])
    found = np.zeros((len(face), 3))
    of_part = mesh.part[face]
    for index in np.unique(of_part):
        part, rows = scene.parts[index], np.flatnonzero(of_part == index)
        material = scene.materials[part.material]
        color = np.tile(np.asarray(material.color, dtype=np.float64), (len(rows), 1))
        if material.texture is not None and part.uv is not None:
            corners = part.uv[mesh.faces[face[rows]] - starts[index]]
            u, v = np.einsum("nk,nkc->cn", weights[rows], corners)
            height, width = material.texture.shape[:2]
            texel = material.texture[((1 - v % 1) * height).astype(int) % height, (u % 1 * width).astype(int) % width]
            color *= (texel / 255) ** 2.2
        found[rows] = np.clip(color, 0, 1) ** (1 / 2.2)
    return found * (0.75 + 0.25 * normals @ np.array([0.3, 0.2, 0.93]))[:, None].clip(0.5, 1)


def _discs(
    points: NDArray, normals: NDArray, colors: NDArray, size: NDArray | float, draw: np.random.Generator, degree: int
) -> Splat:
    count = len(points)
    # The shortest rotation from z to the normal; its opposite is turned about x.
    quats = np.concatenate([1 + normals[:, 2:], -normals[:, 1:2], normals[:, :1], np.zeros((count, 1))], axis=1)
    quats[normals[:, 2] < -0.9999] = (0, 1, 0, 0)
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)
    size = np.broadcast_to(size, count)
    scales = np.stack([size, size, np.full(count, THICKNESS)], axis=1)
    sh = np.zeros((count, (degree + 1) ** 2, 3))
    sh[:, 0] = (colors - 0.5) / SH_C0
    sh[:, 1:] = draw.normal(0, 0.05, sh[:, 1:].shape)
    return Splat(
        points.astype(np.float32),
        quats.astype(np.float32),
        scales.astype(np.float32),
        np.ones(count, np.float32),
        sh.astype(np.float16),
    )


def _quaternion(turn: NDArray) -> NDArray:
    """Return w x y z of a rotation matrix."""
    return Rotation.from_matrix(turn).as_quat(scalar_first=True)


def _product(first: NDArray, second: NDArray) -> NDArray:
    """Return the (N, 4) product of one quaternion with many."""
    w, x, y, z = first
    a, b, c, d = second.T
    return np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a + y * d - z * c,
            w * c - x * d + y * a + z * b,
            w * d + x * c - y * b + z * a,
        ],
        axis=1,
    )
