from functools import cache

import pytest
import trimesh
from corner_home import corner_home

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.backend import open_world
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import BodyConfig, HabitatConfig, WorldConfig
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
def open_home(request, tmp_path):
    """Return a function that opens the corner home in one backend; a backend that cannot be imported is skipped."""
    if request.param == "habitat":
        pytest.importorskip("habitat_sim", reason="habitat-sim is not installed")
    opened = []

    def open_(sliding=False, radius=0.2):
        # Habitat takes a stage without a configuration of its own for z up.
        stage, mesh = tmp_path / "corner_home.glb", corner_home().mesh
        trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(stage)
        config = WorldConfig(
            backend=request.param,
            body=BodyConfig(radius=radius, sliding=sliding),
            habitat=HabitatConfig(stage=str(tmp_path / "{scene}.glb")),
        )
        world = open_world(config, read_home, seed=0, cache=tmp_path)
        world.load("corner_home")
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
