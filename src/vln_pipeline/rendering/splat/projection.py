"""Gaussians in space as ellipses in an image (Zwicker 2001, as in Kerbl et al. 2023)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

FAINT = np.float32(1 / 255)
"""Opacity below which a Gaussian is not seen."""
_BLUR = np.float32(0.3)
"""Variance that every ellipse grows by, square pixels."""
_BEYOND = np.float32(1.3)
"""Where a Gaussian beside the image is linearised at the latest, as a multiple of half the field of view."""


@njit(cache=True, nogil=True)
def project(
    means: NDArray[np.float32],
    shape: NDArray[np.float32],
    opacity: NDArray[np.float32],
    widest: NDArray[np.float32],
    turn: NDArray[np.float32],
    eye: NDArray[np.float32],
    focal: tuple[float, float],
    centre: tuple[float, float],
    size: tuple[int, int],
    near: float,
    antialiased: bool,
    ellipses: NDArray[np.float32],
    boxes: NDArray[np.int32],
    depth: NDArray[np.float32],
    index: NDArray[np.int32],
) -> int:
    """Write the ellipses that reach into an image; return how many there are.

    Args:
        means: (N, 3) centres.
        shape: (N, 6) covariances xx, xy, xz, yy, yz, zz.
        opacity: (N,) in [0, 1].
        widest: (N,) largest standard deviation.
        turn: (3, 3) from the Gaussians' frame to the camera's axes (x right, y down, z forward).
        eye: (3,) of the camera, frame of the Gaussians.
        focal: along x and y, pixels.
        centre: principal point, pixels; the centre of the first pixel is (0, 0).
        size: width and height, pixels.
        near: least depth, units of the Gaussians.
        antialiased: whether opacities shrink by what the blur adds (Yu et al. 2024).
        ellipses: (N, 7) written: x, y, inverse covariance xx, xy, yy, opacity, squared radius at which it is FAINT.
        boxes: (N, 4) written: first and last column, first and last row.
        depth: (N,) written: along the optical axis.
        index: (N,) written: of the Gaussian.
    """
    fx, fy = np.float32(focal[0]), np.float32(focal[1])
    cx, cy = np.float32(centre[0]), np.float32(centre[1])
    width, height = size
    limit_x, limit_y = _BEYOND * np.float32(0.5) * width / fx, _BEYOND * np.float32(0.5) * height / fy
    reach = np.float32(3.33) * max(fx * np.sqrt(1 + limit_x * limit_x), fy * np.sqrt(1 + limit_y * limit_y))
    found = 0
    for i in range(len(means)):
        px, py, pz = means[i, 0] - eye[0], means[i, 1] - eye[1], means[i, 2] - eye[2]
        z = turn[2, 0] * px + turn[2, 1] * py + turn[2, 2] * pz
        if not z > near or opacity[i] <= FAINT:
            continue
        inverse = np.float32(1) / z
        x = (turn[0, 0] * px + turn[0, 1] * py + turn[0, 2] * pz) * inverse
        y = (turn[1, 0] * px + turn[1, 1] * py + turn[1, 2] * pz) * inverse
        u, v = fx * x + cx, fy * y + cy
        far = reach * widest[i] * inverse + np.float32(2)
        if u + far < 0 or v + far < 0 or u - far > width - 1 or v - far > height - 1:
            continue
        tx, ty = min(limit_x, max(-limit_x, x)), min(limit_y, max(-limit_y, y))
        jx, jy = fx * inverse, fy * inverse
        # Rows of the Jacobian of the projection, in the Gaussians' frame.
        ax, ay, az = (
            jx * (turn[0, 0] - tx * turn[2, 0]),
            jx * (turn[0, 1] - tx * turn[2, 1]),
            jx * (turn[0, 2] - tx * turn[2, 2]),
        )
        bx, by, bz = (
            jy * (turn[1, 0] - ty * turn[2, 0]),
            jy * (turn[1, 1] - ty * turn[2, 1]),
            jy * (turn[1, 2] - ty * turn[2, 2]),
        )
        sxx, sxy, sxz, syy, syz, szz = shape[i]
        mx, my, mz = sxx * ax + sxy * ay + sxz * az, sxy * ax + syy * ay + syz * az, sxz * ax + syz * ay + szz * az
        xx = ax * mx + ay * my + az * mz
        xy = bx * mx + by * my + bz * mz
        yy = (
            bx * (sxx * bx + sxy * by + sxz * bz)
            + by * (sxy * bx + syy * by + syz * bz)
            + bz * (sxz * bx + syz * by + szz * bz)
        )
        sharp = max(xx * yy - xy * xy, np.float32(0))
        xx, yy = xx + _BLUR, yy + _BLUR
        determinant = xx * yy - xy * xy
        if not determinant > 0:
            continue
        seen = opacity[i] * np.sqrt(sharp / determinant) if antialiased else opacity[i]
        if seen <= FAINT:
            continue
        within = 2 * np.log(seen / FAINT)
        half_x, half_y = np.sqrt(within * xx), np.sqrt(within * yy)
        if u + half_x < 0 or v + half_y < 0 or u - half_x > width - 1 or v - half_y > height - 1:
            continue
        boxes[found, 0], boxes[found, 1] = max(0, int(np.ceil(u - half_x))), min(width - 1, int(np.floor(u + half_x)))
        boxes[found, 2], boxes[found, 3] = max(0, int(np.ceil(v - half_y))), min(height - 1, int(np.floor(v + half_y)))
        if boxes[found, 0] > boxes[found, 1] or boxes[found, 2] > boxes[found, 3]:
            continue
        ellipses[found, 0], ellipses[found, 1] = u, v
        ellipses[found, 2], ellipses[found, 3] = yy / determinant, -xy / determinant
        ellipses[found, 4], ellipses[found, 5], ellipses[found, 6] = xx / determinant, seen, within
        depth[found], index[found] = z, i
        found += 1
    return found


@njit(cache=True, nogil=True)
def front_to_back(depth: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the order of positive depths, nearest first, equal ones as they come: a radix sort of their bits."""
    keys = depth.view(np.uint32)
    order = np.arange(len(keys)).astype(np.int32)
    other = np.empty_like(order)
    for shift in (0, 11, 22):
        starts = np.zeros(2049, dtype=np.int64)
        for key in keys:
            starts[((key >> np.uint32(shift)) & np.uint32(2047)) + 1] += 1
        starts = np.cumsum(starts)
        for i in order:
            digit = (keys[i] >> np.uint32(shift)) & np.uint32(2047)
            other[starts[digit]] = i
            starts[digit] += 1
        order, other = other, order
    return order
