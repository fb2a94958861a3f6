"""What the real habitat-sim did to the adapter, told against a fake that does the same."""

import json
import sys
from pathlib import Path

import fake_habitat
import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world import habitat_device
from vln_pipeline.evaluation.world.config import HabitatConfig, WorldConfig
from vln_pipeline.evaluation.world.habitat import HabitatWorld
from vln_pipeline.evaluation.world.habitat_device import device_number
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

LEVEL = CameraSetting("50cm_0deg", 0.5, 0.0, Intrinsics.from_fov(4, 3, 90))


@pytest.fixture
def open_world(monkeypatch):
    """Return a function that makes worlds on the fake, on a machine without NVIDIA devices."""
    monkeypatch.setitem(sys.modules, "habitat_sim", fake_habitat.module())
    monkeypatch.setattr(HabitatWorld, "_holder", None)
    return lambda **where: HabitatWorld(WorldConfig(backend="habitat", habitat=HabitatConfig(gpu=-1, **where)))


def test_the_device_is_chosen_by_what_is_there(tmp_path, monkeypatch):
    """Only NVIDIA devices could be named, and without one Habitat ended the worker: "perhaps for memory", one read."""
    absent, present = (str(tmp_path / "absent"),), (str(tmp_path),)
    assert [device_number(None, absent), device_number(None, present)] == [-1, 0]
    assert [device_number(-1, absent), device_number(1, present)] == [-1, 1]
    with pytest.raises(DataError, match=r"no NVIDIA driver for device 0; set it to -1"):
        device_number(0, absent)
    assert habitat_device.device_number(-1) == -1


def test_a_scene_is_called_as_its_data_set_calls_it(open_world):
    """Ids here carry what the data set's handles do not, so that no stage of HM3D could be named by a pattern."""
    world = open_world(stage="{name}.basis.glb")
    world.load("00800-TEEsavR23oF")
    open_world(stage="{scene}/{name}").load("00801-HaxA7YrQdEC")
    assert [scene for scene, _ in fake_habitat.loads] == ["TEEsavR23oF.basis.glb", "00801-HaxA7YrQdEC/HaxA7YrQdEC"]


def test_one_simulator_in_a_process(open_world):
    """A world that was dropped without being closed kept its simulator, and the next one aborted the interpreter."""
    first, second = open_world(), open_world()
    first.load("a")
    second.load("b")
    second.load("c")
    assert [simulator.closed for simulator in fake_habitat.opened] == [True, True, False]
    with pytest.raises(DataError, match="no scene is loaded"):
        first.clearance(np.zeros(3))
    first.load("a")
    with pytest.raises(DataError, match="Habitat cannot open it"):
        first.load("missing")
    first.load("a")
    first.close()
    assert all(simulator.closed for simulator in fake_habitat.opened)


def test_the_body_stands_on_the_floor_not_on_the_mesh(open_world):
    """The mesh lies up to 0.2 m above the floor, and so did camera and body; the first step counted the lift as way."""
    world = open_world()
    world.load("a")
    settings = fake_habitat.opened[0].pathfinder.settings
    assert (settings.cell_height, settings.agent_max_climb) == (0.05, 0.2)
    here = world.sample_point(np.random.default_rng(0))
    assert here[2] == pytest.approx(fake_habitat.FLOOR, abs=1e-6)
    step = world.step(here, np.array([0.1, 0.0]))
    assert not step.contact
    assert np.linalg.norm(step.position - here) == pytest.approx(0.1, abs=1e-6)
    blocked = world.step(here, np.array([9.0, 0.0]))
    assert blocked.contact
    assert blocked.position[2] == pytest.approx(here[2], abs=1e-6)


def test_a_box_is_no_step(open_world):
    """With Habitat's cells of 0.2 m, boxes of 0.26 to 0.38 m were one cell high, and the body drove over them."""
    world = open_world()
    world.load("a")
    step = world.step(np.array([2.0, 2.0, fake_habitat.FLOOR]), np.array([1.5, 0.0]))
    _, near = fake_habitat.BOX
    assert step.contact
    assert step.position[0] == pytest.approx(near - world.body.radius, abs=1e-6)
    settings = fake_habitat.opened[0].pathfinder.settings
    settings.set_defaults()  # the fake does as the real one did
    assert not world.step(np.array([2.0, 2.0, fake_habitat.FLOOR]), np.array([1.5, 0.0])).contact


def test_the_camera_is_as_high_as_it_should_be_above_the_floor(open_world):
    """It was 0.199 m too high, and depth up to 0.28 m off."""
    world = open_world()
    world.load("a")
    here = world.sample_point(np.random.default_rng(0))
    down = CameraSetting("50cm_90deg", 0.5, 90.0, LEVEL.intrinsics)
    assert world.render(np.append(here, 0.0), down).depth == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("scene", ["a", "no_ceiling"])
def test_points_are_drawn_on_floors(open_world, scene):
    """Habitat's mesh covers roofs and tables too: in one home 59 % of the points drawn lay above the ceiling."""
    world = open_world()
    world.load(scene)
    draw = np.random.default_rng(1)
    heights = [world.sample_point(draw)[2] for _ in range(60)]
    np.testing.assert_allclose(heights, fake_habitat.FLOOR, atol=1e-6)


def test_a_file_that_is_y_up_is_told_so_or_refused(open_world):
    """Without a data set Habitat takes GLB files for z-up; one that obeys glTF's rule lay on its side, in silence."""
    with pytest.raises(DataError, match=r"6.0 m wide, 2.7 m deep and 4.0 m high, .* set world.habitat.up to y"):
        open_world(stage="y_up.glb").load("a")
    assert all(simulator.closed for simulator in fake_habitat.opened)
    open_world(stage="y_up.glb", up="z").load("a")
    open_world(stage="y_up.glb", up="y").load("a")
    told = json.loads(Path(fake_habitat.datasets[-1]).read_text())
    assert told["stages"]["default_attributes"] == {"up": [0, 1, 0], "front": [0, 0, -1]}
    assert Path(told["stages"]["paths"][".glb"][0]).name == "y_up.glb"


def test_every_object_is_an_obstacle(open_world):
    """Objects whose entry tells no motion type may move, so the navigation mesh went through them."""
    world = open_world()
    world.load("a")
    assert fake_habitat.opened[0].pathfinder.obstacles == {"sofa", "bed"}


def test_the_semantic_mesh_is_loaded_only_for_who_asks(open_world):
    """Habitat loads it unless told not to, which took most of the time that a scene took to open."""
    world = open_world()
    world.load("a")
    world.render(np.zeros(4), LEVEL)
    assert [semantic for _, semantic in fake_habitat.loads] == [False, False]
    world.render(np.zeros(4), LEVEL, semantic=True)
    assert fake_habitat.loads[-1][1]


@pytest.mark.parametrize(
    ("scene", "seen"),
    [
        ("hssd", ["unknown", "chair", "bed", "unknown"]),
        ("gibson", ["unknown", "chair", "bed", "unknown"]),
        ("mp3d", ["wall", "chair", "bed", "unknown"]),
    ],
)
def test_what_is_seen_has_the_category_that_its_source_says(open_world, scene, seen):
    """HSSD was all unknown, as a lexicon lists classes where others list objects.

    Walls of Gibson, which are no objects, were void, as if nothing was there.
    """
    world = open_world()
    world.load(scene)
    view = world.render(np.zeros(4), LEVEL, semantic=True)
    assert [[world.categories[number] for number in row] for row in view.semantic] == [seen] * 3
    assert view.semantic.dtype == np.uint16


def test_nothing_is_no_object_of_a_house(open_world):
    """Habitat draws 0 where there is nothing, which is the number of MP3D's first object: the sky became a wall."""
    world = open_world()
    world.load("mp3d_no_ceiling")
    up = CameraSetting("50cm_-90deg", 0.5, -90.0, LEVEL.intrinsics)
    view = world.render(np.zeros(4), up, semantic=True)
    assert not view.depth.any()
    assert {world.categories[number] for number in view.semantic.ravel()} == {"void"}
