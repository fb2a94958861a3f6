"""A habitat_sim that does what the real one (0.3.3) was seen to do, in a room of 6 x 4 m with a slab of a floor.

It ends the process where an NVIDIA device is named that is not there, and where a second simulator is opened before the
first is closed. Its navigation mesh lies one cell above the floor. It loads the semantic mesh unless told not to.
"""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np

FLOOR = 0.013
"""Height of the floor, metres."""
opened, loads = [], []


class Simulator:
    def __init__(self, configuration):
        backend, agents = configuration
        if backend.gpu_device_id >= 0:
            sys.exit(1)
        if any(not simulator.closed for simulator in opened):
            raise SystemExit("GL::Context: aborted")
        if "missing" in backend.scene_id:
            raise RuntimeError("no such stage")
        self.closed, self.agents, self.pathfinder = False, agents, PathFinder()
        self.semantic_scene = None
        self.states = {}
        opened.append(self)
        loads.append((backend.scene_id, backend.load_semantic_mesh))

    def recompute_navmesh(self, pathfinder, settings):
        pathfinder.settings, pathfinder.height = settings, FLOOR + settings.cell_height
        return True

    def get_agent(self, number):
        return SimpleNamespace(set_state=lambda state, reset_sensors: self.states.update({number: state}))

    def get_sensor_observations(self, agent_ids):
        """Depth of cameras that look straight down, as all others see a wall 3 m away."""
        (sensor,) = self.agents[agent_ids].sensor_specifications[:1]
        down = abs(sensor.orientation[0] + np.pi / 2) < 1e-6
        depth = self.states[agent_ids].position[1] + sensor.position[1] - FLOOR if down else 3.0
        return {sensor.uuid: np.full(sensor.resolution, depth, np.float32)}

    def close(self):
        self.closed = True


class PathFinder:
    def seed(self, number):
        self.draw = np.random.default_rng(number)

    def get_random_navigable_point(self):
        x, z = self.draw.uniform((0.5, -3.5), (5.5, -0.5))
        return np.array([x, self.height, z], np.float32)

    def snap_point(self, point):
        return np.array([point[0], self.height, point[2]], np.float32)

    def try_step_no_sliding(self, start, end):
        return self.snap_point(np.clip(end, (0.3, -9, -3.7), (5.7, 9, -0.3)))


def module():
    """Return the fake, with nothing opened."""
    opened.clear()
    loads.clear()
    fake = ModuleType("habitat_sim")
    fake.Simulator, fake.CameraSensorSpec = Simulator, SimpleNamespace
    fake.SimulatorConfiguration = lambda: SimpleNamespace(load_semantic_mesh=True)
    fake.Configuration = lambda backend, agents: (backend, agents)
    fake.AgentState = lambda position, rotation: SimpleNamespace(position=position, rotation=rotation)
    fake.agent = SimpleNamespace(AgentConfiguration=SimpleNamespace)
    fake.SensorType = SimpleNamespace(DEPTH="depth", COLOR="colour", SEMANTIC="ids")
    fake.SensorSubType = SimpleNamespace(PINHOLE="pinhole")
    fake.nav = SimpleNamespace(NavMeshSettings=_Settings)
    return fake


class _Settings(SimpleNamespace):
    def set_defaults(self):
        self.cell_size, self.cell_height, self.agent_max_climb = 0.05, 0.2, 0.2
