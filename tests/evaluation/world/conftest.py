from functools import cache

import pytest
import trimesh
from corner_home import corner_home

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import BodyConfig, WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map


@cache
def _home():
    scene = corner_home()
    return scene, build_navigation_map(scene, EsdfConfig(radius=0.25))


def read_home(name):
    if name != "corner_home":
        raise DataError(name, "there is no such scene")
    return _home()


@pytest.fixture(params=["builtin", "habitat"])
def open_world(request, tmp_path):
    """Return a function that opens the corner home in one backend; a backend that cannot be imported is skipped."""
    if request.param == "habitat":
        pytest.importorskip("habitat_sim", reason="habitat-sim is not installed")
    opened = []

    def open_(sliding=False, radius=0.2):
        config = WorldConfig(body=BodyConfig(radius=radius, sliding=sliding))
        if request.param == "builtin":
            world, name = BuiltinWorld(read_home, config, seed=0, cache=tmp_path), "corner_home"
        else:
            from vln_pipeline.evaluation.world.habitat import HabitatWorld

            # Habitat takes a stage without a configuration of its own for z up.
            mesh = corner_home().mesh
            name = str(tmp_path / "corner_home.glb")
            trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(name)
            world = HabitatWorld(config)
        world.load(name)
        opened.append(world)
        return world

    yield open_
    for world in opened:
        world.close()


@pytest.fixture
def corner_world(tmp_path):
    """Return a function that opens the corner home in the built-in world."""
    return lambda **body: _loaded(BuiltinWorld(read_home, WorldConfig(body=BodyConfig(**body)), seed=0, cache=tmp_path))


def _loaded(world):
    world.load("corner_home")
    return world
