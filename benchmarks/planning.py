"""Trajectories per CPU-second, from a loaded mesh of 900 k triangles to discrete actions.

    python benchmarks/planning.py [--quick]

Set-up of the scene (floors, traversability, distance fields) is included, loading and compiling are not. The smoothing
stage is compared on the same grid paths in the same run with two others: knots pushed greedily to where the clearance
is largest within 0.2 m and joined by a cubic spline, and scipy's L-BFGS-B on the same cost and gradient. The last line
is one JSON object.
"""

import argparse
import json
import math
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize

from rounding import rounded
from scan_house import scan_house
from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoint_pairs import EndpointPairs
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.optimise import optimise
from vln_pipeline.planning.path_cost import CostWeights, path_cost
from vln_pipeline.planning.plan import BASIS, plan_trajectories
from vln_pipeline.planning.quality import summary
from vln_pipeline.planning.resample import check, resample
from vln_pipeline.planning.spline import control_points
from vln_pipeline.planning.verdict import Verdict
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.scenes.scene import Scene

ESDF = EsdfConfig(radius=0.2, height=1.2)
WALKS = TrajectoryConfig()
TARGETS = {1: 120.0, 16: 800.0, 64: 1600.0}
PAIRS = {1: 400, 16: 4000, 64: 4000}
SEED = 7
KNOTS, PUSH = 0.5, 0.2


def end_to_end(scene: Scene, starts: int, pairs: int) -> tuple[dict[str, float], NavigationMap, EndpointPairs]:
    """Plan from mesh to actions; return CPU seconds and counts, and what was planned on."""
    config = SamplingConfig(pairs=pairs, starts_per_goal=starts)
    clock = [time.process_time()]
    nav = build_navigation_map(scene, ESDF)
    clock.append(time.process_time())
    drawn = sample_endpoints(nav, config, SEED)
    clock.append(time.process_time())
    plans = plan_trajectories(nav, drawn, WALKS, SEED)
    clock.append(time.process_time())
    setup, sampling, planning = np.diff(clock)
    kept = len(plans.trajectories)
    found = summary(plans.trajectories, {nav.scene: nav})
    return (
        {
            "per_cpu_second": kept / (clock[-1] - clock[0]),
            "kept": kept,
            "setup_s": setup,
            "sampling_ms": 1e3 * sampling / len(drawn.pairs),
            "planning_ms": 1e3 * planning / len(drawn.pairs),
            "violations": found["violations"],
            "length_ratio": found["length_ratio_median"],
            "median_clearance": found["median_clearance_median"],
        },
        nav,
        drawn,
    )


def ours(floor: FloorMap, polyline: NDArray[np.float64], radius: float) -> tuple[NDArray[np.float64], Verdict]:
    """Smooth one grid path as the pipeline does at its first attempt."""
    control, spacing = control_points(polyline, WALKS.spacing)
    control = optimise(control, BASIS, floor.esdf, floor.cell, spacing, weights(radius), WALKS.iterations)
    return finish(floor, control, radius)


def scipys(floor: FloorMap, polyline: NDArray[np.float64], radius: float) -> tuple[NDArray[np.float64], Verdict]:
    """Smooth one grid path with scipy's L-BFGS-B on the same compiled cost."""
    control, spacing = control_points(polyline, WALKS.spacing)
    trial, gradient, terms = control.copy(), np.empty_like(control), weights(radius)

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        trial[2:-2] = flat.reshape(-1, 2)
        cost = path_cost(trial, BASIS, floor.esdf, floor.cell, spacing, terms, gradient)
        return cost, gradient[2:-2].ravel().copy()

    options = {"maxiter": WALKS.iterations}
    found = minimize(objective, control[2:-2].ravel(), jac=True, method="L-BFGS-B", options=options)
    trial[2:-2] = found.x.reshape(-1, 2)
    path_cost(trial, BASIS, floor.esdf, floor.cell, spacing, terms, gradient)
    return finish(floor, trial, radius)


def finish(floor: FloorMap, control: NDArray[np.float64], radius: float) -> tuple[NDArray[np.float64], Verdict]:
    """Resample and check a spline."""
    turn = math.radians(WALKS.max_turn)
    path, yaw, verdict = resample(control, WALKS.step, turn, WALKS.step_change, WALKS.min_turning_radius)
    if verdict == Verdict.KEPT:
        limits = WALKS.step, turn, WALKS.min_turning_radius
        verdict = check(path, yaw, floor.esdf, floor.navigable, floor.cell, radius, *limits)
    return path, Verdict(verdict)


def greedy(floor: FloorMap, polyline: NDArray[np.float64], radius: float) -> tuple[NDArray[np.float64], Verdict]:
    """Smooth one grid path by a greedy push of its knots and a cubic spline, sampled at equal steps."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(polyline, axis=0).T))])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / KNOTS) + 1))
    knots = np.column_stack([np.interp(at, along, axis) for axis in polyline.T])
    reach = round(PUSH / floor.cell)
    for knot in knots[1:-1]:
        column, row = np.rint(knot / floor.cell).astype(int)
        top, left = max(row - reach, 0), max(column - reach, 0)
        window = floor.esdf[top : row + reach + 1, left : column + reach + 1]
        best = np.unravel_index(window.argmax(), window.shape)
        knot[:] = (left + best[1]) * floor.cell, (top + best[0]) * floor.cell
    apart = np.hypot(*np.diff(knots, axis=0).T)
    keep = np.concatenate([[True], apart > 1e-9])
    parameter = np.concatenate([[0], np.cumsum(apart)])[keep]
    spline = CubicSpline(parameter, knots[keep])
    fine = np.linspace(0, parameter[-1], 16 * len(parameter))
    points = spline(fine)
    run = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    path = spline(np.interp(np.linspace(0, run[-1], math.ceil(run[-1] / WALKS.step) + 1), run, fine))
    clear = clearances(floor.esdf, floor.cell, path).min() >= radius
    return path, Verdict.KEPT if clear else Verdict.NEAR_OBSTACLE


def weights(radius: float) -> CostWeights:
    """Return the default cost of a cautious walk."""
    return CostWeights(
        WALKS.obstacle_weight,
        WALKS.safe_distance,
        WALKS.hard_weight,
        radius + WALKS.hard_margin,
        WALKS.length_weight,
        WALKS.acceleration_weight,
        WALKS.jerk_weight,
        WALKS.curvature_weight,
        WALKS.curvature_limit,
    )


def stage(method, nav: NavigationMap, pairs: EndpointPairs, count: int) -> dict[str, float]:
    """Time one smoothing method on the first grid paths of a scene."""
    paths = [
        (nav.floors[pair.floor], pair.path - nav.floors[pair.floor].origin - 0.5 * nav.floors[pair.floor].cell)
        for pair in pairs.pairs[:count]
    ]
    method(*paths[0], nav.radius)
    start = time.process_time()
    outcomes = [method(floor, polyline, nav.radius)[1] for floor, polyline in paths]
    seconds = time.process_time() - start
    near = sum(outcome == Verdict.NEAR_OBSTACLE for outcome in outcomes)
    return {"per_cpu_second": len(paths) / seconds, "paths": len(paths), "near_obstacle": near / len(paths)}


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the pairs")
    quick = parser.parse_args().quick
    scene = scan_house()
    print(f"{scene.id}: {len(scene.mesh.faces):,} triangles")
    for starts in (1, 16):
        end_to_end(scene, starts, 16)
    sharing = {}
    for starts, pairs in PAIRS.items():
        sharing[starts], nav, drawn = end_to_end(scene, starts, pairs // 4 if quick else pairs)
        print(f"{starts:3} starts per goal:", rounded(sharing[starts]))
    count = 200 if quick else 1000
    stages = {
        "ours": stage(ours, nav, drawn, count),
        "greedy_push_spline": stage(greedy, nav, drawn, count),
        "scipy_lbfgsb": stage(scipys, nav, drawn, count // 5),
    }
    for name, found in stages.items():
        print(f"smoothing by {name}:", rounded(found))
    rates = {starts: found["per_cpu_second"] for starts, found in sharing.items()}
    smoothing = {name: found["per_cpu_second"] for name, found in stages.items()}
    ok = all(rates[starts] >= target for starts, target in TARGETS.items())
    print(
        json.dumps(
            rounded(
                {
                    "name": "planning",
                    "value": rates[64],
                    "unit": "trajectories per CPU-second, 64 starts per goal, mesh to actions",
                    "baseline": smoothing["greedy_push_spline"],
                    "ratio": smoothing["ours"] / smoothing["greedy_push_spline"],
                    "target": TARGETS[64],
                    "ok": ok and all(found["violations"] == 0 for found in sharing.values()),
                    "detail": {
                        "by_starts_per_goal": sharing,
                        "targets": TARGETS,
                        "smoothing": stages,
                        "ratio_is": "smoothing stage alone, ours over greedy push and spline, same grid paths",
                        "ratio_to_scipy_lbfgsb": smoothing["ours"] / smoothing["scipy_lbfgsb"],
                    },
                }
            )
        )
    )


if __name__ == "__main__":
    main()
