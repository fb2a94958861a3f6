"""Ceiling lamps for scenes that bring no lights."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Light, Scene

_STEP = 0.5
"""Distance of the columns in which floors and ceilings are looked for, metres."""
_HEADROOM = 1.2
"""A lower gap between two surfaces is not a place to stand in, metres."""
_HALL = 12.0
"""A surface higher than this above a floor is not its ceiling, metres."""
_DROP = 0.12
"""Distance of a lamp below the ceiling, metres."""
_SMALLEST = 4
"""Columns that a lamp must light; fewer are the inside of a cupboard."""
_LAYERS = 64
"""Surfaces looked for in a column."""
_INSIDE_OUT = 0.5
"""Share of floors that look down, of those that look up, above which a scan counts as wound inside out."""
_LAMP_EDGE = 0.6
_WHITE = (1.0, 0.93, 0.84)
"""Linear RGB of a lamp of about 4000 K."""


@dataclass(frozen=True)
class Gaps:
    """Places with free height; arrays over the gaps, N.

    Attributes:
        ground: (N, 3) points on the surface below, metres, world.
        ceiling: (N,) height of the surface above, metres; infinite under the open sky.
    """

    ground: NDArray[np.float64]
    ceiling: NDArray[np.float64]


def find_gaps(scene: Scene, raycaster: Raycaster) -> Gaps:
    """Return where someone could stand or something could hang, on a regular grid, by vertical rays."""
    low, high = scene.bounds
    xs, ys = (np.arange(low[axis] + _STEP / 2, high[axis], _STEP) for axis in (0, 1))
    columns = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1).reshape(-1, 2)
    above = np.full(len(columns), np.inf)
    start = np.full(len(columns), high[2] + 1.0)
    ground, ceiling, faces_up = [], [], []
    active = np.arange(len(columns))
    for _ in range(_LAYERS):
        origins = np.column_stack([columns[active], start[active]])
        hits = raycaster.cast(origins, np.tile([0.0, 0.0, -1.0], (len(active), 1)))
        hit = np.isfinite(hits.distance)
        active, height = active[hit], (start[active] - hits.distance)[hit]
        if not len(active):
            break
        free = above[active] - height >= _HEADROOM
        ground.append(np.column_stack([columns[active], height])[free])
        ceiling.append(above[active][free])
        faces_up.append(hits.normal[hit, 2][free] > 0)
        above[active] = height
        start[active] = height - 1e-3
    if not ground:
        return Gaps(np.zeros((0, 3)), np.zeros(0))
    gaps = Gaps(np.concatenate(ground), np.concatenate(ceiling))
    up = np.concatenate(faces_up)
    roofed = np.isfinite(gaps.ceiling)
    # A face that looks down lies below the inside of a wall, a small share of a home; in a scan that is wound inside
    # out it is the floor.
    if np.count_nonzero(roofed & ~up) > _INSIDE_OUT * np.count_nonzero(up):
        return gaps
    return Gaps(gaps.ground[up], gaps.ceiling[up])


def place_lamps(gaps: Gaps, raycaster: Raycaster, spacing: float, power: float) -> tuple[Light, ...]:
    """Return area lights below the ceilings: greedily, the place that lights most floor not yet lit comes next.

    A column is lit by a lamp within half the diagonal of a square of the spacing that it can see, so each room gets
    a lamp of its own however small it is, and open air none.

    Args:
        gaps: free heights of the scene.
        raycaster: of the scene.
        spacing: of the lamps, metres.
        power: watts per square metre of floor.
    """
    roofed = np.flatnonzero(gaps.ceiling - gaps.ground[:, 2] <= _HALL)
    if not len(roofed):
        return ()
    lamps = np.column_stack([gaps.ground[roofed, :2], gaps.ceiling[roofed] - _DROP])
    pairs = cKDTree(lamps).query_pairs(spacing / np.sqrt(2), output_type="ndarray")
    span = lamps[pairs[:, 1]] - lamps[pairs[:, 0]]
    seen = raycaster.cast(lamps[pairs[:, 0]], span).distance >= 1 if len(pairs) else np.zeros(0, dtype=bool)
    a, b = pairs[seen].T
    own = np.arange(len(lamps))
    rows, columns = np.concatenate([a, b, own]), np.concatenate([b, a, own])
    lights = csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=(len(lamps), len(lamps)))
    dark = np.ones(len(lamps), dtype=np.int32)
    placed: list[Light] = []
    while True:
        gain = np.asarray(lights @ dark)
        best = int(gain.argmax())
        if gain[best] < _SMALLEST:
            return tuple(placed)
        x, y, z = lamps[best]
        watts = power * _STEP**2 * float(gain[best])
        placed.append(Light("area", (float(x), float(y), float(z)), watts, _WHITE, _LAMP_EDGE))
        dark[lights[best].indices] = 0
