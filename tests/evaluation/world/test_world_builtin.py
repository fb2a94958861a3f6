"""What the built-in world adds to the contract: storeys, maps of another radius, and walks that it agrees with."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from captured_room import room, sampled
from corner_home import CORNER, HERE, THERE, corner_home

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import BodyConfig, WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.distance import signed_distance
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.rendering.splat.renderer import SplatRenderer

CAMERA = CameraSetting("50cm_0deg", 0.5, 0.0, Intrinsics.from_fov(32, 24, 90))


def test_every_piece_of_a_shortest_path_is_free(corner_world):
    world, draw = corner_world(), np.random.default_rng(0)
    for _ in range(40):
        path = world.shortest_path(world.sample_point(draw), world.sample_point(draw))
        for start, end in pairwise(path):
            assert not world.step(start, (end - start)[:2]).contact


def test_planned_walks_touch_nothing():
    """Planned for the body's radius, on the same map: the world and the planner agree on what is free."""
    scene = corner_home()
    nav = build_navigation_map(scene, EsdfConfig(radius=0.25))
    pairs = sample_endpoints(nav, SamplingConfig(pairs=8, min_distance=3.0), 1)
    walks = plan_trajectories(nav, pairs, TrajectoryConfig(), 1).trajectories
    world = BuiltinWorld(lambda _: (scene, nav), WorldConfig(body=BodyConfig(radius=0.25)), seed=0, cache=None)
    world.load(scene.id)
    assert len(walks) >= 4
    for walk in walks:
        for positions in (walk.path, walk.poses[:, :3]):
            for start, end in pairwise(positions):
                step = world.step(start, (end - start)[:2])
                assert not step.contact
                np.testing.assert_allclose(step.position, end, atol=1e-3)


def test_the_body_not_the_map_decides_what_is_reachable(corner_world):
    """The map is for 0.25 m. The corridors are 2 m wide; where they meet there is room for 1.17 m, but no way on."""
    assert np.isfinite(corner_world(radius=0.6).distance(HERE, THERE))
    wide, draw = corner_world(radius=0.97), np.random.default_rng(0)
    assert wide.distance(HERE, THERE) == np.inf
    places = np.array([wide.sample_point(draw) for _ in range(20)])
    assert (np.abs(places[:, :2] - [5.0, 1.0]) < 0.6).all()


def test_a_body_that_fits_nowhere_is_refused(tmp_path):
    scene = corner_home()
    nav = build_navigation_map(scene, EsdfConfig())
    tight = replace(nav.floors[0], esdf=nav.floors[0].esdf - 2)
    world = BuiltinWorld(lambda _: (scene, replace(nav, floors=(tight,))), WorldConfig(), seed=0, cache=tmp_path)
    with pytest.raises(DataError, match="fits nowhere"):
        world.load(scene.id)


def test_a_place_in_a_wall_is_reached_from_nowhere(corner_world):
    world, inside = corner_world(), np.array([CORNER[0] - 0.1, CORNER[1] + 2.0, 0.0])
    assert world.distance(HERE, inside) == np.inf
    assert world.shortest_path(HERE, inside).shape == (0, 3)


def test_wherever_a_body_can_slide_to_it_finds_the_way_back(tmp_path):
    """Boxes at random leave gaps between cells that touch at a corner only: a body passes, a search over cells not."""
    blocked = np.random.default_rng(2).random((90, 90)) < 0.012
    esdf = signed_distance(blocked, 0.05)
    home = build_navigation_map(corner_home(), EsdfConfig()).floors[0]
    drawn = replace(home, esdf=esdf, ground=np.zeros_like(esdf), navigable=esdf >= 0.18)
    world = BuiltinWorld(
        lambda _: (corner_home(), NavigationMap("drawn", (drawn,), 0.18)),
        WorldConfig(body=BodyConfig(radius=0.18, sliding=True)),
        seed=0,
        cache=tmp_path,
    )
    world.load("drawn")
    draw = np.random.default_rng(4)
    for _ in range(30):
        goal = here = world.sample_point(draw)
        for _ in range(40):
            here = world.step(here, draw.normal(size=2) * 0.15).position
            assert world.distance(here, goal) < 6 * 40 * 0.15
            assert len(world.shortest_path(here, goal)) >= 2


def test_storeys_are_told_apart_by_height_and_have_no_way_between_them(tmp_path):
    scene = corner_home()
    nav = build_navigation_map(scene, EsdfConfig())
    ground = nav.floors[0]
    upper = replace(ground, index=1, height=ground.height + 3, ground=ground.ground + 3)
    both = NavigationMap(scene.id, (ground, upper), nav.radius)
    world = BuiltinWorld(lambda _: (scene, both), WorldConfig(), seed=0, cache=tmp_path)
    world.load(scene.id)
    rise = np.array([0.0, 0.0, 3.0])
    above = THERE + rise
    assert world.distance(HERE, THERE) == world.distance(HERE + rise, above)
    assert world.distance(HERE, above) == np.inf
    assert world.step(above, np.array([0.1, 0.0])).position[2] == pytest.approx(3.0, abs=0.02)
    heights = {round(float(world.sample_point(np.random.default_rng(n))[2])) for n in range(20)}
    assert heights == {0, 3}


def test_semantics_name_what_is_seen(corner_world):
    world = corner_world()
    view = world.render(np.append(HERE, np.pi / 2), CAMERA, semantic=True)
    assert world.categories[view.semantic[12, 16]] == "partition"
    assert world.categories[view.semantic[23, 16]] == "floor"
    assert (view.semantic[view.depth == 0] == 0).all()


def test_fields_of_old_goals_are_let_go(tmp_path):
    scene = corner_home()
    nav = build_navigation_map(scene, EsdfConfig())
    world = BuiltinWorld(lambda _: (scene, nav), WorldConfig(goals_kept=2), seed=0, cache=tmp_path)
    world.load(scene.id)
    lengths = [world.distance(HERE, THERE + np.array([0, y, 0])) for y in (0.0, -0.5, -1.0, 0.0)]
    assert lengths[0] == lengths[3]
    assert lengths[0] > lengths[1] > lengths[2]


def test_a_body_too_thin_for_the_cells_is_refused(corner_world):
    with pytest.raises(DataError, match=r"esdf\.cell"):
        corner_world(radius=0.08)


def test_a_world_without_a_scene_says_so(tmp_path):
    world = BuiltinWorld(lambda _: None, WorldConfig(), seed=0, cache=tmp_path)
    with pytest.raises(DataError, match="load"):
        world.clearance(HERE)
    world.close()


def test_loading_the_held_scene_again_reads_nothing(tmp_path):
    scene, reads = corner_home(), []
    nav = build_navigation_map(scene, EsdfConfig())
    world = BuiltinWorld(lambda name: reads.append(name) or (scene, nav), WorldConfig(), seed=0, cache=tmp_path)
    world.load("corner_home")
    world.load("corner_home")
    assert reads == ["corner_home"]


def test_a_captured_scene_is_seen_as_its_gaussians_and_felt_as_its_surface(tmp_path):
    scene = room()
    captured = replace(scene, splat=sampled(scene, 30_000))
    nav = build_navigation_map(scene, EsdfConfig())
    world = BuiltinWorld(lambda _: (captured, nav), WorldConfig(), seed=1, cache=tmp_path)
    world.load("room")
    pose = np.append(world.sample_point(np.random.default_rng(0)), 0.5)
    camera = CameraSetting("60cm_10deg", 0.6, 10.0, Intrinsics.from_fov(64, 48, 80))
    view = world.render(pose, camera, rgb=True, semantic=True)
    assert isinstance(world._home.renderer, SplatRenderer)
    assert view.rgb.std() > 5 and 0.1 < np.median(view.depth) < 6
    assert len(np.unique(view.semantic)) > 1
    world.close()
