"""CPU time of a control step in the built-in world: one motion and one depth view of 64 x 48, in a furnished home.

    python benchmarks/world.py [--quick]

The baseline casts the same rays by trimesh (on Embree as well) and tests the same motions at points a centimetre apart
on the clearance grid, both in the same run. Loading, compiling and building ray structures are not counted. The last
line is one JSON object.
"""

import argparse
import json
import os
import time
from pathlib import Path
from tempfile import gettempdir

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
import trimesh
from scipy.ndimage import map_coordinates

from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import BodyConfig, WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, camera_poses
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.generator import generate_home

SEED = 7
CAMERA = CameraSetting("50cm_0deg", 0.5, 0.0, Intrinsics.from_fov(64, 48, 90))
MOST_VIEW_MS, MOST_MOTION_MS = 1.0, 0.1
STRIDE = 0.075
"""Distance driven in a control period of 0.15 s at 0.5 m/s, metres."""


def seconds(act, arguments) -> float:
    """Return the mean CPU time of a call."""
    act(*arguments[0])
    start = time.process_time()
    for each in arguments:
        act(*each)
    return (time.process_time() - start) / len(arguments)


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the poses")
    count = 100 if parser.parse_args().quick else 400
    scene = generate_home(ProceduralConfig(), SEED, 0)
    nav = build_navigation_map(scene, EsdfConfig())
    print(f"{scene.id}: {len(scene.mesh.faces):,} triangles")
    worlds = {}
    for sliding in (False, True):
        config = WorldConfig(body=BodyConfig(sliding=sliding))
        worlds[sliding] = BuiltinWorld(lambda _: (scene, nav), config, seed=SEED, cache=Path(gettempdir()))
        worlds[sliding].load(scene.id)
    world, draw = worlds[False], np.random.default_rng(SEED)
    places = [world.sample_point(draw) for _ in range(count)]
    goals = [world.sample_point(draw) for _ in range(count // 20)]
    poses = [np.append(place, draw.uniform(-np.pi, np.pi)) for place in places]
    moves = [(pose[:3], STRIDE * np.array([np.cos(pose[3]), np.sin(pose[3])])) for pose in poses]

    mesh = trimesh.Trimesh(scene.mesh.vertices, scene.mesh.faces, process=False)
    floor = nav.floors[0]

    def trimesh_view(pose):
        to_world = camera_poses(pose[None, :3], pose[3:], CAMERA.height, CAMERA.pitch)[0]
        rays = Raycaster.rays(to_world, CAMERA.intrinsics)
        origins = np.broadcast_to(to_world[:3, 3], rays.shape)
        points, ray, _ = mesh.ray.intersects_location(origins, rays, multiple_hits=False)
        depth = np.zeros(len(rays), dtype=np.float32)
        depth[ray] = (points - to_world[:3, 3]) @ to_world[:3, 2]
        return depth.reshape(CAMERA.intrinsics.height, CAMERA.intrinsics.width)

    def sampled_motion(position, displacement):
        at = position[:2] + np.linspace(0, 1, 9)[:, None] * displacement
        clear = map_coordinates(floor.esdf, floor.to_cell(at).T, order=1) >= world.body.radius
        return at[max(clear.argmin() - 1, 0) if not clear.all() else -1]

    differs = max(np.abs(trimesh_view(pose) - world.render(pose, CAMERA).depth).max() for pose in poses[:20])
    views = [(pose, CAMERA) for pose in poses]
    ms = {
        "depth_view": seconds(world.render, views),
        "colour_view": seconds(lambda pose, camera: world.render(pose, camera, rgb=True), views[: count // 10]),
        "motion_stopping": seconds(world.step, moves),
        "motion_sliding": seconds(worlds[True].step, moves),
        "distance_new_goal": seconds(world.distance, [(places[0], goal) for goal in goals]),
        "distance_known_goal": seconds(world.distance, [(place, goals[-1]) for place in places]),
        "shortest_path_known_goal": seconds(world.shortest_path, [(place, goals[-1]) for place in places]),
        "baseline_depth_view": seconds(trimesh_view, [(pose,) for pose in poses]),
        "baseline_motion": seconds(sampled_motion, moves),
    }
    ms = {name: 1e3 * value for name, value in ms.items()}
    for name, value in ms.items():
        print(f"{name:26} {value:8.4f} ms")
    step = ms["depth_view"] + ms["motion_stopping"]
    baseline = ms["baseline_depth_view"] + ms["baseline_motion"]
    motion = max(ms["motion_stopping"], ms["motion_sliding"])
    print(
        json.dumps(
            {
                "name": "world",
                "value": round(1e3 / step, 1),
                "unit": "control steps per CPU-second, motion and depth view of 64 x 48",
                "baseline": round(1e3 / baseline, 1),
                "ratio": round(baseline / step, 2),
                "target": round(1e3 / (MOST_VIEW_MS + MOST_MOTION_MS), 1),
                "ok": bool(ms["depth_view"] <= MOST_VIEW_MS and motion <= MOST_MOTION_MS and differs < 1e-3),
                "detail": {
                    "ms": {name: round(value, 4) for name, value in ms.items()},
                    "depth_differs_m": float(differs),
                },
            }
        )
    )


if __name__ == "__main__":
    main()
