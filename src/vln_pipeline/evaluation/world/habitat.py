"""habitat-sim behind the world protocol, where it is installed."""

import importlib
import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.evaluation.world.habitat_dataset import UNDESCRIBED, dataset_file, make_static
from vln_pipeline.evaluation.world.habitat_device import device_number
from vln_pipeline.evaluation.world.habitat_frame import from_habitat, to_habitat, to_habitat_rotation
from vln_pipeline.evaluation.world.habitat_sensors import category_table, check_camera, specifications
from vln_pipeline.evaluation.world.world import Step, View
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.scenes.scene import VOID

_SHORTENED = 1e-4
"""By how much a motion that met nothing may fall short, metres: Habitat rounds to single precision."""
_SEARCH = 2.0
"""Distance up to which Habitat looks for obstacles, metres; clearance is cut off there."""
_LYING = 0.7
"""Depth over height below which a house is taken for lying."""
_LIFT = 0.5
"""Farthest that the navigation mesh is believed to be above or below the floor, metres."""
_PLUMB = CameraSetting("plumb", 0.0, 90.0, Intrinsics.from_fov(2, 2, 1))
"""A camera that looks down from the body to the floor. It is always there, as Habitat loads no geometry, and can make
no navigation mesh, without one."""
_ZENITH = CameraSetting("zenith", 0.1, -90.0, Intrinsics.from_fov(2, 2, 1))
"""A camera that looks up from the floor to the ceiling."""
_FLOOR_AREA = 2.0
"""Least area of a piece of the navigation mesh that is no furniture, square metres."""
_DRAWS = 100
"""Points that are drawn at most until one is on a floor."""

_Sensors = tuple[CameraSetting, bool, bool]
"""A camera with whether colour and semantics are wanted; each is an agent of its own, so that no more is drawn."""


class HabitatWorld:
    """Drives on a navigation mesh made for the body, and looks through Habitat's sensors.

    A camera that is used for the first time makes Habitat load the scene again; it is there in all later scenes.
    Habitat bears one simulator in a process, so a world that opens a scene closes the one that another world holds.

    Args:
        config: the body, and where scenes are; what belongs to the built-in world counts for nothing here.

    Raises:
        DataError: habitat-sim is not installed.
    """

    _holder: ClassVar["HabitatWorld | None"] = None
    """The world that has the process's simulator."""

    def __init__(self, config: WorldConfig) -> None:
        self.body = config.body
        self._habitat = _import_habitat()
        self._where = config.habitat
        self._described = tempfile.TemporaryDirectory(prefix="habitat-")
        plumb = replace(_PLUMB, height=min(_LIFT, self.body.height))
        self._sensors: list[_Sensors] = [(plumb, False, False), (_ZENITH, False, False)]
        self._sim: Any = None
        self._scene = ""
        self._categories: tuple[str, ...] = (VOID,)
        self._category_of = np.zeros(1, dtype=np.uint16)

    @property
    def categories(self) -> tuple[str, ...]:
        """Category names by semantic id of the loaded scene; ``void`` is 0."""
        return self._categories

    def load(self, scene: str) -> None:
        """Leave the scene held and load another; nothing happens where it is held already.

        Raises:
            DataError: Habitat cannot open the scene, or the body fits nowhere on it.
        """
        if scene != self._scene:
            self._open(scene)

    def sample_point(self, draw: np.random.Generator) -> NDArray[np.float64]:
        """Return a (3,) place where the body can stand, uniform over the area of all storeys.

        The navigation mesh covers roofs and furniture too. What lies on a piece too small for a floor is drawn again,
        and what has nothing above it, unless that is so everywhere, as in scans without ceilings.
        """
        pathfinder = self._loaded.pathfinder
        pathfinder.seed(int(draw.integers(2**31)))
        open_air: NDArray[np.float64] | None = None
        for _ in range(_DRAWS):
            point = np.asarray(pathfinder.get_random_navigable_point(), dtype=np.float64)
            if not np.isfinite(point).all():
                break
            if pathfinder.island_area(pathfinder.get_island(point.astype(np.float32))) < _FLOOR_AREA:
                continue
            place = from_habitat(point)
            if self.render(np.append(place, 0.0), _ZENITH).depth.any():
                return self._on_floor(place)
            open_air = place if open_air is None else open_air
        if open_air is None:
            raise DataError(self._scene, "Habitat found no navigable point on a floor", "check its navigation mesh")
        return self._on_floor(open_air)

    def clearance(self, position: NDArray[np.float64]) -> float:
        """Return the distance from the body's axis to the nearest obstacle, metres, at most 2 m beyond the radius."""
        # Habitat measures to the border of the mesh, which is eroded by the radius.
        border = self._loaded.pathfinder.distance_to_closest_obstacle(to_habitat(position), _SEARCH)
        return float(border) + self.body.radius

    def distance(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
        """Return the length of the body's shortest path, metres; infinite where there is none."""
        return float(self._path(start, goal).geodesic_distance)

    def shortest_path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the corners of the body's shortest path, (K, 3) with both ends; (0, 3) where there is none."""
        corners = [np.asarray(corner, dtype=np.float64) for corner in self._path(start, goal).points]
        return from_habitat(np.array(corners).reshape(-1, 3))

    def step(self, position: NDArray[np.float64], displacement: NDArray[np.float64]) -> Step:
        """Move the body along a straight line, as far as obstacles allow, or along them where ``body.sliding`` is set.

        The navigation mesh lies some centimetres above the floor. The body keeps its height above the mesh, so that it
        stays on the floor it began on, and that lift is no way.

        Args:
            position: (3,) where the body is.
            displacement: (2,) in world x and y, metres.
        """
        pathfinder = self._loaded.pathfinder
        begin = np.asarray(position, dtype=np.float64)
        target = begin + np.append(displacement, 0.0)
        move = pathfinder.try_step if self.body.sliding else pathfinder.try_step_no_sliding
        end = from_habitat(np.asarray(move(to_habitat(begin), to_habitat(target)), dtype=np.float64))
        lift = from_habitat(np.asarray(pathfinder.snap_point(to_habitat(begin)), dtype=np.float64))[2] - begin[2]
        if np.isfinite(lift) and abs(lift) < _LIFT:
            end[2] -= lift
        missed = float(np.linalg.norm(target[:2] - end[:2]))
        return Step(end, missed > _SHORTENED)

    def render(
        self, pose: NDArray[np.float64], camera: CameraSetting, *, rgb: bool = False, semantic: bool = False
    ) -> View:
        """Return what a camera on the robot sees; arguments as for ``World.render``.

        Raises:
            DataError: the camera's pixels are not square, or its principal point is not central.
        """
        check_camera(camera)
        sensors = camera, rgb, semantic
        if self._loaded and sensors not in self._sensors:
            self._sensors.append(sensors)
            self._open(self._scene)
        agent = self._sensors.index(sensors)
        state = self._habitat.AgentState(to_habitat(pose[:3]), to_habitat_rotation(float(pose[3])))
        self._loaded.get_agent(agent).set_state(state, reset_sensors=True)
        seen = self._loaded.get_sensor_observations(agent_ids=agent)
        # Habitat draws the next image into the same memory.
        depth = np.array(seen[f"{agent}.depth"], dtype=np.float32)
        return View(
            depth=depth,
            rgb=np.array(seen[f"{agent}.rgb"][..., :3]) if rgb else None,
            semantic=self._categories_seen(seen[f"{agent}.semantic"], depth) if semantic else None,
        )

    def close(self) -> None:
        """Free the scene and Habitat's context."""
        if self._sim is not None:
            self._sim.close()
            HabitatWorld._holder = None
        self._sim, self._scene = None, ""

    def _categories_seen(self, ids: NDArray[np.uint32], depth: NDArray[np.float32]) -> NDArray[np.uint16]:
        """Return (h, w) categories of semantic ids; 0 is Habitat's id of nothing, and MP3D's of the first object."""
        found = self._category_of[np.minimum(ids, len(self._category_of) - 1)]
        found[depth == 0] = 0
        return found

    @property
    def _loaded(self) -> Any:
        if self._sim is None:
            raise DataError("world", "no scene is loaded", "call load first")
        return self._sim

    def _open(self, scene: str) -> None:
        habitat = self._habitat
        simulator = habitat.SimulatorConfiguration()
        name = scene.rpartition("-")[2]
        simulator.scene_id = self._where.stage.replace("{scene}", scene).replace("{name}", name)
        simulator.scene_dataset_config_file = dataset_file(self._where, simulator.scene_id, Path(self._described.name))
        simulator.gpu_device_id = device_number(self._where.gpu)
        simulator.enable_physics = False
        simulator.load_semantic_mesh = any(semantic for _, _, semantic in self._sensors)
        agents = [
            habitat.agent.AgentConfiguration(
                height=self.body.height,
                radius=self.body.radius,
                sensor_specifications=specifications(habitat, agent, *sensors),
            )
            for agent, sensors in enumerate(self._sensors)
        ]
        # A simulator that is reconfigured keeps its old agents' sensors and cannot begin to load textures; a second
        # one in the process may abort it.
        for holder in (self, HabitatWorld._holder):
            if holder is not None:
                holder.close()
        try:
            self._sim = habitat.Simulator(habitat.Configuration(simulator, agents))
        except Exception as error:  # its bindings raise whatever C++ threw
            mend = f"check world.habitat.dataset and .stage, which names {simulator.scene_id}"
            raise DataError(scene, f"Habitat cannot open it ({error})", mend) from error
        HabitatWorld._holder = self
        if self._where.up is None and self._where.dataset == UNDESCRIBED:
            self._refuse_lying(scene)
        make_static(habitat, self._sim)
        settings = habitat.nav.NavMeshSettings()
        settings.set_defaults()
        settings.agent_radius, settings.agent_height = self.body.radius, self.body.height
        # Habitat's own height of a cell, 0.2 m, lifts the mesh by as much and lets the body drive over boxes.
        settings.cell_size = settings.cell_height = self._where.cell
        settings.agent_max_climb = self._where.max_step
        settings.include_static_objects = True
        if not self._sim.recompute_navmesh(self._sim.pathfinder, settings):
            self.close()
            radius = self.body.radius
            raise DataError(scene, f"Habitat makes no navigation mesh for a radius of {radius} m", "lower world.body")
        self._scene = scene
        self._categories, self._category_of = category_table(self._sim.semantic_scene)

    def _refuse_lying(self, scene: str) -> None:
        """Refuse a scene that is higher than it is deep: a house of y-up glTF, taken for z-up, lies on its side."""
        box = self._sim.get_active_scene_graph().get_root_node().cumulative_bb
        width, height, depth = (float(high) - float(low) for low, high in zip(box.min, box.max, strict=True))
        if min(width, depth) < _LYING * height:
            self.close()
            size = f"{width:.1f} m wide, {depth:.1f} m deep and {height:.1f} m high"
            cause = f"it is {size}, so it seems to lie on its side"
            raise DataError(scene, cause, "set world.habitat.up to y, or to z where it is so")

    def _on_floor(self, position: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a (3,) place on the navigation mesh, put down on the floor where that is seen below."""
        plumb = self._sensors[0][0]
        depth = float(np.median(self.render(np.append(position, 0.0), plumb).depth))
        lift = depth - plumb.height
        return position - (0.0, 0.0, lift) if depth > 0 and abs(lift) < _LIFT else position

    def _path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> Any:
        path = self._habitat.nav.ShortestPath()
        path.requested_start, path.requested_end = to_habitat(start), to_habitat(goal)
        self._loaded.pathfinder.find_path(path)
        return path


def _import_habitat() -> ModuleType:
    try:
        return importlib.import_module("habitat_sim")
    except ImportError as error:
        mend = (
            "install it with `conda install habitat-sim headless -c conda-forge -c aihabitat`"
            " (docs/how-to/habitat.md), or use the built-in world"
        )
        raise DataError("habitat-sim", f"it cannot be imported ({error})", mend) from error
