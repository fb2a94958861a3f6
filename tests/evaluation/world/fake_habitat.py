"""A habitat_sim that does what the real one (0.3.3) was seen to do, in a room of 6 x 4 m with a slab of a floor.

It ends the process where an NVIDIA device is named that is not there, and where a second simulator is opened before the
first is closed. Its navigation mesh lies one cell above the floor, and covers the flat roof and a table; a box is an
obstacle only where it is higher, in whole cells, than what the body climbs in whole cells, as in Recast. It loads the
semantic mesh unless told not to. Objects that tell no motion type are left out of the navigation mesh. A GLB file that
no data set describes is taken for z-up.

Its semantic scene lists the objects of a house, numbered from 0 as in MP3D or from 1 as in Gibson, or where the data
set has a lexicon, as HSSD, no objects but classes, with gaps (read in its sources). It draws 0 where there is nothing,
and 65535 on faces of no object.
"""

import math
import sys
from types import ModuleType, SimpleNamespace

import numpy as np

FLOOR = 0.013
"""Height of the floor, metres."""
CEILING, ROOF, TABLE = 2.5, 2.7, 0.75
"""Heights, metres; the table stands in the corner x < 1.5, y < 1.2."""
BOX = (0.3, 3.0)
"""Height of a box across the room, and x of its front, metres."""
IDS = (0, 1, 2, 65535)
"""What a level camera sees, 4 pixels wide, from left to right."""
opened, loads, datasets = [], [], []


def _kind(identity, name):
    return SimpleNamespace(index=lambda: identity, name=lambda: name)


def _semantics(names, objects):
    """Return a semantic scene of some names by id."""
    kinds = [None if name is None else _kind(identity, name) for identity, name in enumerate(names)]
    things = [kind and SimpleNamespace(semantic_id=kind.index(), category=kind) for kind in kinds]
    return SimpleNamespace(objects=things if objects else [], categories=kinds)


SEMANTICS = {
    "mp3d": _semantics(["wall", "chair", "bed"], objects=True),
    "gibson": _semantics([None, "chair", "bed"], objects=True),
    "hssd": _semantics([None, "chair", "bed"], objects=False),
}


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
        self.semantic_scene = next((made for name, made in SEMANTICS.items() if name in backend.scene_id), None)
        self.objects = {"sofa": SimpleNamespace(motion_type="kinematic"), "bed": SimpleNamespace(motion_type="static")}
        self.room = "open" if "no_ceiling" in backend.scene_id else "roofed"
        datasets.append(backend.scene_dataset_config_file)
        lies = "y_up" in backend.scene_id and backend.scene_dataset_config_file == "default"
        self.size = (6.0, 4.0, 2.7) if lies else (6.0, 2.7, 4.0)
        self.states = {}
        opened.append(self)
        loads.append((backend.scene_id, backend.load_semantic_mesh))

    def recompute_navmesh(self, pathfinder, settings):
        pathfinder.settings, pathfinder.height = settings, FLOOR + settings.cell_height
        pathfinder.obstacles = {name for name, thing in self.objects.items() if thing.motion_type == "static"}
        pathfinder.roofed = self.room == "roofed"
        return True

    def get_rigid_object_manager(self):
        return SimpleNamespace(get_object_handles=lambda: [*self.objects], get_object_by_handle=self.objects.get)

    def get_active_scene_graph(self):
        box = SimpleNamespace(min=(0.0, 0.0, 0.0), max=self.size)
        return SimpleNamespace(get_root_node=lambda: SimpleNamespace(cumulative_bb=box))

    def get_agent(self, number):
        return SimpleNamespace(set_state=lambda state, reset_sensors: self.states.update({number: state}))

    def get_sensor_observations(self, agent_ids):
        """Depth of cameras that look straight down or up, as all others see a wall 3 m away."""
        sensor, *others = self.agents[agent_ids].sensor_specifications
        height = self.states[agent_ids].position[1]
        eye, pitch = height + sensor.position[1], sensor.orientation[0]
        ground = max(level for level in (FLOOR, TABLE, ROOF) if level <= max(height, FLOOR) + 1e-3)
        above = CEILING - eye if self.room == "roofed" and eye < CEILING else 0.0
        depth = eye - ground if pitch < -1.5 else above if pitch > 1.5 else 3.0
        seen = {sensor.uuid: np.full(sensor.resolution, depth, np.float32)}
        ids = np.resize(np.array(IDS if depth else (0,), np.uint32), sensor.resolution)
        return seen | {other.uuid: ids for other in others if other.sensor_type == "ids"}

    def close(self):
        self.closed = True


class PathFinder:
    def seed(self, number):
        self.draw = np.random.default_rng(number)

    def get_random_navigable_point(self):
        x, z = self.draw.uniform((0.5, -3.5), (5.5, -0.5))
        levels = (FLOOR, TABLE, ROOF) if self.roofed else (FLOOR, TABLE)
        level = self.draw.choice(levels)
        return np.array([x, self.height + level - FLOOR, z], np.float32)

    def get_island(self, point):
        assert point.dtype == np.float32
        return int(np.argmin(np.abs(np.array([FLOOR, TABLE, ROOF]) + self.height - FLOOR - point[1])))

    def island_area(self, island):
        return (20.0, 1.1, 24.0)[island]

    def snap_point(self, point):
        return np.array([point[0], self.height, point[2]], np.float32)

    def try_step_no_sliding(self, start, end):
        end = np.clip(end, (0.3, -9, -3.7), (5.7, 9, -0.3))
        height, near = BOX
        cell, radius = self.settings.cell_height, self.settings.agent_radius
        steps = math.ceil((FLOOR + height) / cell) - math.ceil(FLOOR / cell)
        if steps > math.floor(self.settings.agent_max_climb / cell) and start[0] < near - radius < end[0]:
            end[0] = near - radius
        return self.snap_point(end)


def module():
    """Return the fake, with nothing opened."""
    opened.clear()
    loads.clear()
    datasets.clear()
    fake = ModuleType("habitat_sim")
    fake.Simulator, fake.CameraSensorSpec = Simulator, SimpleNamespace
    fake.SimulatorConfiguration = lambda: SimpleNamespace(load_semantic_mesh=True)
    fake.Configuration = lambda backend, agents: (backend, agents)
    fake.AgentState = lambda position, rotation: SimpleNamespace(position=position, rotation=rotation)
    fake.agent = SimpleNamespace(AgentConfiguration=SimpleNamespace)
    fake.SensorType = SimpleNamespace(DEPTH="depth", COLOR="colour", SEMANTIC="ids")
    fake.SensorSubType = SimpleNamespace(PINHOLE="pinhole")
    fake.physics = SimpleNamespace(MotionType=SimpleNamespace(STATIC="static"))
    fake.nav = SimpleNamespace(NavMeshSettings=_Settings)
    return fake


class _Settings(SimpleNamespace):
    def set_defaults(self):
        self.cell_size, self.cell_height, self.agent_max_climb = 0.05, 0.2, 0.2
