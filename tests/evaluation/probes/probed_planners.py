"""Planners with one fault each, as a training may leave a network."""

import numpy as np

from vln_pipeline.evaluation.local_planner import Plan

_AT = np.linspace(1 / 12, 1, 12)[:, None]


def arc(bearing, length=2.0):
    """Return (12, 2) waypoints straight away in a direction."""
    return length * _AT * [np.cos(bearing), np.sin(bearing)]


class Careful:
    """Goes straight to the goal where depth shows that it can, and otherwise to the side that is farther away."""

    turned = 0.0
    deaf = blind = False

    def reset(self, camera, seed):
        self._noise = np.random.default_rng(seed)

    def plan(self, observation, goal):
        depth = np.zeros_like(observation.depth) if self.blind else observation.depth
        bearings = np.radians(np.arange(-80.0, 81.0, 10.0))
        room = np.array([self._room(depth, observation.camera, bearing) for bearing in bearings])
        wish = np.arctan2(goal.point[1], goal.point[0])
        distance = float(np.hypot(*goal.point))
        straight = self.blind or self._room(depth, observation.camera, wish) > min(distance, 2.8)
        best = wish if straight else bearings[np.argmax(room - 0.2 * np.abs(bearings - wish))]
        best += self.turned + self._noise.normal(0.0, 0.02)
        candidates = np.array([arc(b, min(distance, 2.0)) for b in bearings])
        values = self._noise.normal(size=len(room)) if self.deaf else room
        order = np.argsort(-values)
        return Plan(arc(best, min(distance, 2.0)), False, candidates[order], values[order])

    @staticmethod
    def _room(depth, camera, bearing):
        """Return how far it is to what stands in a direction, metres, by the row of the horizon and a little above."""
        lens = camera.intrinsics
        row = lens.cy - lens.fy * np.tan(np.radians(camera.pitch))
        spread = [bearing + turn for turn in (-0.12, 0.0, 0.12)]
        columns = [
            int(np.clip(round(lens.cx - lens.fx * np.tan(np.clip(b, -1.2, 1.2))), 0, lens.width - 1)) for b in spread
        ]
        return float(depth[max(0, int(row)), columns].min())


class Turned(Careful):
    turned = -np.pi / 2


class Blind(Careful):
    blind = True


class Deaf(Careful):
    """Its critic draws lots."""

    deaf = True


class Sided(Careful):
    """Leans to the left, whatever it sees."""

    turned = np.radians(25.0)


class Still(Careful):
    def plan(self, observation, goal):
        return Plan(np.full((12, 2), 1e-3), False, np.zeros((0, 0, 2)), np.zeros(0))


class Broken(Careful):
    def plan(self, observation, goal):
        return Plan(np.full((12, 2), np.nan), False, np.zeros((0, 0, 2)), np.zeros(0))
