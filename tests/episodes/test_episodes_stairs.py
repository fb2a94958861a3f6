"""Episodes like R2R-CE's that lead up and down stairs: followed, put on the floor, and driven in the built-in world."""

from dataclasses import replace

import numpy as np
import pytest
from episode_files import FORWARD, SCAN, r2r_episode, write_r2r_ce
from tall_house import FLIGHTS, FOOT, HEAD, HEIGHT, PARTITION, RISE, clearance, height_at, tall_house

from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.episodes.episode_config import EpisodeFileConfig, EpisodeWalkConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.episodes.walks import walks_of
from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map

EPISODES = 20


@pytest.fixture(scope="module")
def house():
    return tall_house()


@pytest.fixture(scope="module")
def nav(house):
    return build_navigation_map(house, VlnceConfig().esdf)


def place(draw, storey):
    """A place in one of the rooms of a storey, clear of walls and of both flights."""
    x = draw.uniform(0.6, 7.4) if draw.random() < 0.5 else draw.uniform(8.8, 11.4)
    return np.array([x, draw.uniform(2.2, 5.8), storey * HEIGHT])


def between(start, end):
    """Points from one place of a storey to another: the door, where they lie on different sides of the partition."""
    door = [(PARTITION + 0.05, 4.0, start[2])] if (start[0] < PARTITION) != (end[0] < PARTITION) else []
    return [*door, tuple(end)]


def route(draw, first, last):
    """Reference points from a storey to another, about two metres apart, some of them on treads."""
    here = place(draw, first)
    points = [tuple(here)]
    while first != last:
        up = last > first
        flight = first if up else first - 1
        y = np.mean(FLIGHTS[flight]) + draw.uniform(-0.1, 0.1)
        floor = flight * HEIGHT
        treads = [(FOOT + t, y, floor + RISE * np.ceil(t / 0.25)) for t in (0.4, 2.1, 3.6)]
        ends = [(FOOT - 0.6, y, floor), *treads, (HEAD + 0.5, y, floor + HEIGHT)]
        ends = ends if up else ends[::-1]
        points += [*between(points[-1], ends[0]), *ends[1:]]
        first += 1 if up else -1
    return [*points, *between(points[-1], place(draw, last))]


@pytest.fixture(scope="module")
def walks(nav, tmp_path_factory):
    draw = np.random.default_rng(7)
    ways = [route(draw, *draw.choice(3, 2, replace=False).tolist()) for _ in range(EPISODES)]
    ours = [[(x, z, -y) for x, y, z in way] for way in ways]
    turned = draw.uniform(0, 360, EPISODES)
    rows = [
        r2r_episode(n, n, start=w[0], way=w, turned_left=t) for n, (w, t) in enumerate(zip(ours, turned, strict=True))
    ]
    config = EpisodeFileConfig(path=str(write_r2r_ce(tmp_path_factory.mktemp("episodes"), rows)))
    made = walks_of(SCAN, nav, read_episodes(find_files(config), config).kept, EpisodeWalkConfig())
    return made, {f"{SCAN}_{n:05d}": np.array(way) for n, way in enumerate(ways)}


def test_ways_over_stairs_are_followed(walks, nav):
    """R2R-CE's paths lead over stairs; without recorded actions none was followed to another storey."""
    made, ways = walks
    assert len(made.trajectories) >= EPISODES - 1, made.rejected
    for walk in made.trajectories:
        way = ways[walk.id]
        assert np.linalg.norm(walk.poses[-1, :3] - way[-1]) < 0.5
        for point in way:
            assert np.linalg.norm(walk.poses[:, :3] - point, axis=1).min() < 0.6
        assert np.abs(height_at(walk.poses[:, :3]) - walk.poses[:, 2]).max() <= RISE
        assert clearance(walk.poses[:, :3]).min() >= nav.radius
        assert walk.clearance.min() >= 0


def test_walks_over_stairs_are_driven_in_the_built_in_world(walks, nav, house, tmp_path):
    """The world knew no way between storeys: a robot that climbed ended half way, at the end of its storey's map."""
    made, ways = walks
    world = BuiltinWorld(lambda _: (house, nav), WorldConfig(), seed=0, cache=tmp_path)
    world.load(house.id)
    ended = []
    for walk in made.trajectories:
        here = walk.poses[0, :3]
        for action, pose in zip(walk.actions, walk.poses[:-1], strict=True):
            if action == FORWARD:
                here = world.step(here, 0.25 * np.array([np.cos(pose[3]), np.sin(pose[3])])).position
        ended.append(float(np.linalg.norm(here - ways[walk.id][-1])))
        assert np.isfinite(world.distance(walk.poses[0, :3], walk.poses[-1, :3]))
    assert sum(away <= 0.5 for away in ended) >= EPISODES - 1, ended
    world.close()


def test_the_built_in_world_knows_ways_over_stairs(nav, house, tmp_path):
    world = BuiltinWorld(lambda _: (house, nav), WorldConfig(), seed=0, cache=tmp_path)
    world.load(house.id)
    y0, y1 = np.mean(FLIGHTS[0]), np.mean(FLIGHTS[1])
    start, goal = np.array([FOOT - 1, y0, 0.0]), np.array([HEAD + 0.5, y1, 2 * HEIGHT])
    climb = np.hypot(HEAD - FOOT, HEIGHT)
    # Along the first flight, back over the storey between them to the foot of the second, and up that one.
    shortest = 1 + climb + np.hypot(HEAD - FOOT, y1 - y0) + climb + 0.5
    assert world.distance(start, goal) == pytest.approx(shortest, rel=0.06)
    assert world.distance(goal, start) == pytest.approx(shortest, rel=0.06)
    path = world.shortest_path(start, goal)
    assert path[0] == pytest.approx(start, abs=0.05) and path[-1] == pytest.approx(goal, abs=0.05)
    here = path[0]
    for corner in path[1:]:
        for _ in range(400):
            gap = corner[:2] - here[:2]
            if np.hypot(*gap) < 0.03:
                break
            here = world.step(here, gap * min(1, 0.1 / np.hypot(*gap))).position
        assert np.linalg.norm(here - corner) < 0.25
    apart = build_navigation_map(house, EsdfConfig())
    alone = BuiltinWorld(lambda _: (house, apart), WorldConfig(), seed=0, cache=tmp_path)
    alone.load(house.id)
    assert alone.distance(start, goal) == np.inf and len(alone.shortest_path(start, goal)) == 0


def test_a_flight_too_tight_to_follow_spoils_no_other_way(nav, tmp_path):
    """Whoever walked on one storey was refused where the map of some stairs had no room for the follower's margin."""
    tight = replace(nav.flights[0], map=replace(nav.flights[0].map, esdf=np.full_like(nav.flights[0].map.esdf, 0.1)))
    narrow = replace(nav, flights=(tight, nav.flights[1]))
    way = [(1.5, 0.0, -4.0), (4.0, 0.0, -4.5), (6.5, 0.0, -4.0)]
    config = EpisodeFileConfig(path=str(write_r2r_ce(tmp_path, [r2r_episode(1, 1, start=way[0], way=way)])))
    made = walks_of(SCAN, narrow, read_episodes(find_files(config), config).kept, EpisodeWalkConfig())
    assert len(made.trajectories) == 1
