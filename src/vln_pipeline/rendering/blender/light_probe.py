"""The light that falls on points of a scene's surfaces, as far as a camera can see them."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.blender.config import BakeConfig
from vln_pipeline.rendering.blender.process import WorkerProcess
from vln_pipeline.rendering.raycast import Raycaster

_FLAT = 0.005
"""Surfaces further apart than this along their normal are measured apart, metres: a rug is lit, the floor below not."""
_TOUCHING = 0.03
"""A vertex with a surface this near in front of it is covered, metres; what stands on a floor covers its vertices."""
_OFF = 0.001
"""Distance from a surface at which its light is measured, metres."""
_PLACES_PER_EDGE = 4
"""Points nearer to each other than this share of the finest edge are measured once."""
_SOLID = 0.5
"""A vertex that faces the back of a surface nearer than this is inside a solid, metres."""


class LightProbe:
    """Measures light at points, through the worker process.

    Args:
        worker: a process with the scene and its lamps in it.
        raycaster: of the scene.
        config: how finely and how well.
        timeout: longest wait for one measurement, seconds.
    """

    def __init__(self, worker: WorkerProcess, raycaster: Raycaster, config: BakeConfig, timeout: float) -> None:
        self._worker, self._raycaster, self._timeout = worker, raycaster, timeout
        self._bounces, self._place = config.bounces, config.finest_edge / _PLACES_PER_EDGE

    def covered(self, positions: NDArray[np.float64], normals: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (N,) which points no camera can see: inside a solid, or under something that stands on them."""
        hits = self._raycaster.cast(positions + 2 * _OFF * normals, normals)
        behind = np.einsum("vc,vc->v", hits.normal, normals) > 0
        return (hits.distance < _TOUCHING) | (behind & (hits.distance < _SOLID))

    def measure(
        self, positions: NDArray[np.float64], normals: NDArray[np.float64], samples: int
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return (N, 6) light at points, direct and indirect, and (N,) which are covered and so not measured.

        Args:
            positions: (N, 3) metres, world.
            normals: (N, 3) unit vectors, the side that is lit.
            samples: light paths per point, shared by points of one small flat place.
        """
        covered = self.covered(positions, normals)
        light = np.zeros((len(positions), 6), dtype=np.float32)
        if not covered.all():
            light[~covered] = self._traced(positions[~covered], normals[~covered], samples)
        return light, covered

    def _traced(
        self, positions: NDArray[np.float64], normals: NDArray[np.float64], samples: int
    ) -> NDArray[np.float32]:
        height = np.einsum("vc,vc->v", positions, normals)
        places = [positions / self._place, normals * 2, height[:, None] / _FLAT]
        cells = np.rint(np.concatenate(places, axis=1)).astype(np.int64)
        _, first, place = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        np.savez(self._worker.folder / "points.npz", position=positions[first], normal=normals[first])
        self._worker.request(
            "irradiance", points="points.npz", result="light.npy", samples=samples, bounces=self._bounces
        )
        reply = self._worker.reply(self._timeout)
        light: NDArray[np.float32] = np.load(self._worker.folder / reply["file"], allow_pickle=False)
        return light[place]
