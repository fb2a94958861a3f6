"""Ellipses over each other, nearest first, tile by tile (Kerbl et al. 2023)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.rendering.splat.harmonics import shade

TILE = 16
"""Edge of a tile, pixels."""
_FULL = np.float32(0.99)
"""Largest opacity of one ellipse at one pixel."""
_DARK = np.float32(1e-4)
"""Share of the light that comes through, below which what lies behind a pixel is not looked at."""
_STEPS = 1024
_FARTHEST = 11.2
"""Squared radius at which the faintest opaque ellipse ends: 2 log 255, and a little more."""
FALL_OFF = np.exp(-0.5 * np.arange(_STEPS + 2) * (_FARTHEST / _STEPS)).astype(np.float32)
"""exp(-r^2 / 2) at steps of r^2; straight lines between them are right to 4e-6."""
_PER_STEP = np.float32(_STEPS / _FARTHEST)


@njit(cache=True, nogil=True)
def tile_lists(
    boxes: NDArray[np.int32], order: NDArray[np.int32], columns: int, rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return (T + 1,) where each tile's entries begin, and the entries: places in ``order``, nearest first.

    Args:
        boxes: (N, 4) first and last column and row of each ellipse, pixels.
        order: (N,) nearest first.
        columns: tiles of a row.
        rows: rows of tiles.
    """
    starts = np.zeros(columns * rows + 1, dtype=np.int64)
    for box in boxes[: len(order)]:
        for row in range(box[2] // TILE, box[3] // TILE + 1):
            for column in range(box[0] // TILE, box[1] // TILE + 1):
                starts[row * columns + column + 1] += 1
    starts = np.cumsum(starts)
    free = starts.copy()
    entries = np.empty(starts[-1], dtype=np.int32)
    for place in range(len(order)):
        box = boxes[order[place]]
        for row in range(box[2] // TILE, box[3] // TILE + 1):
            for column in range(box[0] // TILE, box[1] // TILE + 1):
                tile = row * columns + column
                entries[free[tile]] = place
                free[tile] += 1
    return starts, entries


@njit(cache=True, nogil=True)
def composite(
    ellipses: NDArray[np.float32],
    index: NDArray[np.int32],
    order: NDArray[np.int32],
    starts: NDArray[np.int64],
    entries: NDArray[np.int32],
    means: NDArray[np.float32],
    sh: NDArray[np.float32],
    eye: NDArray[np.float32],
    fall_off: NDArray[np.float32],
    image: NDArray[np.float32],
    through: NDArray[np.float32],
) -> None:
    """Write the colours of all pixels, and the share of light that comes through from behind.

    A colour is worked out when the first pixel needs it: most Gaussians lie behind walls.

    Args:
        ellipses: (N, 7) of ``project``.
        index: (N,) Gaussian of each ellipse.
        order: (N,) ellipses, nearest first.
        starts: of ``tile_lists``.
        entries: the same.
        means: (M, 3) centres of the Gaussians.
        sh: (M, K, 3) coefficients.
        eye: (3,) of the camera, frame of the Gaussians.
        fall_off: ``FALL_OFF``.
        image: (h, w, 3) written, without a background.
        through: (h, w) written.
    """
    height, width = through.shape
    columns = -(-width // TILE)
    colors = np.empty((len(order), 3), dtype=np.float32)
    shaded = np.zeros(len(order), dtype=np.uint8)
    basis = np.empty(16, dtype=np.float32)
    through[:] = 1
    image[:] = 0
    for tile in range(len(starts) - 1):
        left, top = tile % columns * TILE, tile // columns * TILE
        right, bottom = min(left + TILE, width) - 1, min(top + TILE, height) - 1
        light = (right - left + 1) * (bottom - top + 1)
        for entry in entries[starts[tile] : starts[tile + 1]]:
            if light == 0:
                break
            which = order[entry]
            u, v, a, b, c, opacity, within = ellipses[which]
            reach = np.sqrt(within * a / max(a * c - b * b, np.float32(1e-30)))
            for y in range(max(top, int(np.ceil(v - reach))), min(bottom, int(np.floor(v + reach))) + 1):
                dy = np.float32(y) - v
                slope = b * dy
                room = slope * slope - a * (c * dy * dy - within)
                if room <= 0:
                    continue
                half = np.sqrt(room)
                first = max(left, int(np.ceil(u - (slope + half) / a)))
                last = min(right, int(np.floor(u - (slope - half) / a)))
                for x in range(first, last + 1):
                    light_left = through[y, x]
                    if light_left < _DARK:
                        continue
                    dx = np.float32(x) - u
                    step = max(np.float32(0), (a * dx + 2 * slope) * dx + c * dy * dy) * _PER_STEP
                    lower = min(int(step), _STEPS)
                    share = step - np.float32(lower)
                    fall = fall_off[lower] + share * (fall_off[lower + 1] - fall_off[lower])
                    alpha = min(_FULL, opacity * fall)
                    if shaded[entry] == 0:
                        gaussian = index[which]
                        px, py, pz = means[gaussian] - eye
                        distance = np.sqrt(px * px + py * py + pz * pz)
                        shade(sh[gaussian], px / distance, py / distance, pz / distance, basis, colors[entry])
                        shaded[entry] = 1
                    weight = alpha * light_left
                    image[y, x, 0] += weight * colors[entry, 0]
                    image[y, x, 1] += weight * colors[entry, 1]
                    image[y, x, 2] += weight * colors[entry, 2]
                    light_left *= np.float32(1) - alpha
                    through[y, x] = light_left
                    if light_left < _DARK:
                        light -= 1
