"""Planners as a user would write them."""

import numpy as np

from vln_pipeline.evaluation.local_planner import Plan


class Ahead:
    def __init__(self, distance):
        self.distance = distance

    def reset(self, camera, seed):
        pass

    def plan(self, observation, goal):
        assert observation.rgb.shape == (72, 96, 3)
        return Plan(np.array([[self.distance, 0.0]]), False, np.zeros((0, 0, 2)), np.zeros(0))


class NoPlanner:
    pass
