"""The built-in world: scenes of this project, their navigation maps, ray-cast sensors and fast colour."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.building import Building
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.evaluation.world.world import Step, View
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.camera import CameraSetting, camera_poses
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.frame import RgbRenderer
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Scene

_CELLS = 2
"""Radius of the smallest body, in cells: interpolation does not over-state clearance from there on."""


class BuiltinWorld:
    """Drives on a scene's clearance field and looks at its triangles.

    Between storeys there is no path, unless the map has flights (``esdf.stairs``).

    Args:
        read: returns the scene and the navigation map of a scene id.
        config: body, sensors and what is kept.
        seed: of the light meter in scenes whose exposure is measured.
        cache: folder for what renderers keep.
    """

    def __init__(
        self, read: Callable[[str], tuple[Scene, NavigationMap]], config: WorldConfig, *, seed: int, cache: Path
    ) -> None:
        self.body = config.body
        self._read, self._config, self._seed, self._cache = read, config, seed, cache
        self._held: _Held | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """Category names by semantic id of the loaded scene; ``void`` is 0."""
        return self._home.scene.categories

    def load(self, scene: str) -> None:
        """Leave the scene held and load another; nothing happens where it is held already.

        Raises:
            DataError: the map is too coarse for the body, or the body fits nowhere.
        """
        if self._held is not None and self._held.scene.id == scene:
            return
        self.close()
        loaded, nav = self._read(scene)
        radius, cell = self.body.radius, nav.floors[0].cell
        if radius < _CELLS * cell:
            raise DataError(
                f"world.body.radius = {radius}",
                f"the map of {scene} has cells of {cell} m, too coarse for so thin a body",
                f"set it to at least {_CELLS * cell:g}, or plan with a smaller esdf.cell",
            )
        building = Building(nav, radius, self._config.goals_kept)
        if not building.storeys:
            raise DataError(scene, f"a body of {radius} m radius fits nowhere", "lower world.body.radius")
        self._held = _Held(loaded, building, self._config, self._seed, self._cache)

    def sample_point(self, draw: np.random.Generator) -> NDArray[np.float64]:
        """Return a (3,) place where the body can stand, uniform over the area of all storeys."""
        storeys = self._home.building.storeys
        area = np.array([storey.area for storey in storeys])
        return storeys[int(draw.choice(len(storeys), p=area / area.sum()))].sample(draw)

    def clearance(self, position: NDArray[np.float64]) -> float:
        """Return the distance from the body's axis to the nearest obstacle, metres, never over-stated."""
        return self._home.building.around(position).clearance(position)

    def distance(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
        """Return the length of the body's shortest path, metres, by fast marching; infinite where there is none."""
        return self._home.building.distance(start, goal)

    def shortest_path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the corners of the body's shortest path, (K, 3) with both ends; (0, 3) where there is none."""
        return self._home.building.path(start, goal)

    def step(self, position: NDArray[np.float64], displacement: NDArray[np.float64]) -> Step:
        """Move the body along a straight line, as far as obstacles allow, or along them where ``body.sliding`` is set.

        Args:
            position: (3,) where the body is.
            displacement: (2,) in world x and y, metres.
        """
        return Step(*self._home.building.around(position).move(position, displacement, self.body.sliding))

    def render(
        self, pose: NDArray[np.float64], camera: CameraSetting, *, rgb: bool = False, semantic: bool = False
    ) -> View:
        """Return what a camera on the robot sees; arguments as for ``World.render``."""
        home = self._home
        pose = np.asarray(pose, dtype=np.float64)
        to_world = camera_poses(pose[None, :3], pose[3:4], camera.height, camera.pitch)
        geometry = home.raycaster.geometry(to_world[0], camera.intrinsics)
        return View(
            depth=geometry.depth,
            rgb=next(iter(home.renderer.render(to_world, camera.intrinsics))) if rgb else None,
            semantic=geometry.semantic if semantic else None,
        )

    def close(self) -> None:
        """Free the scene and its renderer."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def _home(self) -> "_Held":
        if self._held is None:
            raise DataError("world", "no scene is loaded", "call load first")
        return self._held


class _Held:
    """The loaded scene; what casts rays and what makes colours are built when first asked for."""

    def __init__(self, scene: Scene, building: Building, config: WorldConfig, seed: int, cache: Path) -> None:
        self.scene, self.building = scene, building
        self._config, self._seed, self._cache = config, seed, cache

    @cached_property
    def raycaster(self) -> Raycaster:
        return Raycaster(self.scene)

    @cached_property
    def renderer(self) -> RgbRenderer:
        rendering = RenderingConfig(backend=self._config.renderer, lighting=self._config.lighting)
        return open_renderer(self.scene, rendering, seed=self._seed, cache=self._cache, threads=1)

    def close(self) -> None:
        if "renderer" in self.__dict__:
            self.renderer.close()
