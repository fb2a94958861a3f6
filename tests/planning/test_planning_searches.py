import math

import numpy as np
import pytest
from drawn_floor import RADIUS, floor_of, house, two_rooms
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from vln_pipeline.planning.astar import AStar
from vln_pipeline.planning.geodesic import geodesic_field
from vln_pipeline.planning.goal_field import goal_field, route_cost
from vln_pipeline.planning.search_grid import STEPS, search_grid
from vln_pipeline.planning.string_pull import corners, pulled_length


def random_grid(seed, weighted, shape=(24, 31)):
    rng = np.random.default_rng(seed)
    cost = 1 + 4 * rng.random(shape) if weighted else np.ones(shape)
    cost[rng.random(shape) < 0.25] = np.inf
    return np.pad(cost, 1, constant_values=np.inf)


def oracle(grid, goal):
    """Return scipy's Dijkstra costs to a goal on an explicit graph without cut corners."""
    rows, columns, costs = [], [], []
    for i, j in np.argwhere(np.isfinite(grid)):
        for di, dj in STEPS:
            crossed = grid[i + di, j + dj], grid[i + di, j], grid[i, j + dj]
            if np.isfinite(crossed).all():
                rows.append(i * grid.shape[1] + j)
                columns.append((i + di) * grid.shape[1] + j + dj)
                costs.append(math.hypot(di, dj) * 0.5 * (grid[i, j] + crossed[0]))
    graph = coo_array((costs, (rows, columns)), shape=(grid.size, grid.size)).tocsr()
    source = (goal[0] + 1) * grid.shape[1] + goal[1] + 1
    return dijkstra(graph, indices=source).reshape(grid.shape)[1:-1, 1:-1]


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_searches_find_the_optimum(seed, weighted):
    grid = random_grid(seed, weighted)
    cells = np.argwhere(np.isfinite(grid[1:-1, 1:-1]))
    goal, *starts = np.random.default_rng(seed).permutation(cells)[:30]
    truth = oracle(grid, goal)
    field = goal_field(grid, goal)
    np.testing.assert_allclose(field.cost, truth, rtol=1e-12)
    astar = AStar(grid)
    for start in starts:
        path, cost = astar.path(start, goal)
        assert cost == pytest.approx(truth[tuple(start)], rel=1e-12) or (cost == truth[tuple(start)] == np.inf)
        if len(path):
            for way in (path, field.path(start)):
                assert way[0].tolist() == start.tolist() and way[-1].tolist() == goal.tolist()
                assert np.abs(np.diff(way, axis=0)).max() == 1
                assert route_cost(grid, way) == pytest.approx(cost, rel=1e-12)


def test_no_way_gives_an_empty_path():
    free = np.ones((20, 30), dtype=bool)
    free[:, 14] = False
    grid = np.pad(np.where(free, 1.0, np.inf), 1, constant_values=np.inf)
    path, cost = AStar(grid).path((5, 5), (5, 25))
    assert path.shape == (0, 2) and cost == np.inf
    assert goal_field(grid, (5, 25)).cost[5, 5] == np.inf


def test_corners_are_not_cut():
    grid = np.pad(np.array([[1.0, np.inf], [1.0, 1.0]]), 1, constant_values=np.inf)
    path, cost = AStar(grid).path((0, 0), (1, 1))
    assert path.tolist() == [[0, 0], [1, 0], [1, 1]] and cost == 2


def test_a_limited_field_is_exact_within_its_limit():
    grid = random_grid(3, weighted=True)
    goal = np.argwhere(np.isfinite(grid[1:-1, 1:-1]))[40]
    whole, part = goal_field(grid, goal), goal_field(grid, goal, limit=20.0)
    near = whole.cost <= 20
    assert 10 < near.sum() < np.isfinite(whole.cost).sum()
    np.testing.assert_array_equal(part.cost[near], whole.cost[near])
    assert np.isinf(part.cost[~near]).all()


def test_clearance_costs_as_its_formula_says():
    floor = floor_of(two_rooms())
    cost = search_grid(floor, RADIUS, weight=4.0, band=0.6)[1:-1, 1:-1]
    row, column = np.argwhere(floor.navigable & (floor.esdf < 0.5))[7]
    assert cost[row, column] == pytest.approx(1 + 4 * (1 - (floor.esdf[row, column] - 0.2) / 0.6) ** 2)
    assert (cost[floor.navigable & (floor.esdf > 0.81)] == 1).all()
    assert np.isinf(cost[~floor.navigable]).all()


def test_pulled_grid_paths_are_as_long_as_fast_marching_says():
    floor = floor_of(house())
    cells = np.argwhere(floor.navigable)
    goal, *starts = np.random.default_rng(1).permutation(cells)[:25]
    truth = geodesic_field(floor, floor.to_world(goal.astype(float)))
    field = goal_field(search_grid(floor, RADIUS), goal)
    ratios = [
        pulled_length(corners(field.path(start))[:, ::-1] * floor.cell, floor.esdf, floor.cell, RADIUS)
        / truth[tuple(start)]
        for start in starts
        if truth[tuple(start)] > 1
    ]
    assert np.mean(ratios) == pytest.approx(1, abs=0.01)
    assert np.abs(np.array(ratios) - 1).max() < 0.03


def test_a_straight_view_is_pulled_straight():
    floor = floor_of(np.ones((80, 80), dtype=bool))
    path = goal_field(search_grid(floor, RADIUS), np.array([10, 10])).path(np.array([63, 41]))
    length = pulled_length(corners(path)[:, ::-1] * floor.cell, floor.esdf, floor.cell, RADIUS)
    assert length == pytest.approx(math.hypot(53, 31) * 0.05, rel=1e-12)
