"""A world whose depth camera measures in units of 0.1 mm, as depth goes over the wire."""

from dataclasses import replace

import numpy as np

FARTHEST = 65535


class MeasuredWorld:
    """Everything else is the world's own."""

    def __init__(self, world):
        self._world = world

    def __getattr__(self, name):
        return getattr(self._world, name)

    def render(self, pose, camera, **wanted):
        view = self._world.render(pose, camera, **wanted)
        units = np.clip(np.rint(view.depth / 1e-4), 0, FARTHEST).astype(np.uint16)
        return replace(view, depth=units.astype(np.float32) * np.float32(1e-4))
