"""CPU seconds per rendered frame of 480 x 270, traced and baked, on the same frames in the same run.

    python benchmarks/rendering.py [--quick]

A walk through a procedural home is filmed end to end: colour, depth, masks, encoding and writing. Loading and baking
are measured apart, by the difference of a short and a long walk and of an empty and a filled cache, and charged over
3,000 frames of a scene. Bare Cycles is the CPU time of the Blender process alone on the same frames. Similarity (SSIM,
Wang et al. 2004) is to frames of 256 light paths per pixel, denoised, whose tracing is most of this program's half hour
of CPU time. The last line is one JSON object.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from rounding import rounded
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.rendering.film import film
from vln_pipeline.rendering.viewpoints import walk_poses
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.generator import generate_home
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.thread_pools import usable_cpus

SEED = 7
FRAMES_PER_SCENE = 3000
FRAMES_PER_TRAJECTORY = 150
RIG = RigConfig(name="d435i", motion=Motion.CONTINUOUS, camera="d435i", height=1.0, pitches=(10.0,))
LEAST_OF_BARE, LEAST_SPEEDUP, LEAST_SIMILARITY = 0.85, 8.0, 0.9


def configuration(mode: str, samples: int = 4) -> RenderingConfig:
    """Return one rig and Blender in the given mode."""
    return RenderingConfig(rigs=(RIG,), blender=BlenderConfig(mode=mode, samples=samples, frame_timeout=3600))


def longest_walk(scene: Scene) -> Trajectory:
    """Return the longest of some planned walks."""
    nav = build_navigation_map(scene, EsdfConfig())
    plans = plan_trajectories(nav, sample_endpoints(nav, SamplingConfig(pairs=16), SEED), TrajectoryConfig(), SEED)
    return max(plans.trajectories, key=lambda walk: len(walk.path))


def spaced(walk: Trajectory, frames: int) -> Trajectory:
    """Return a walk of as many frames, evenly spaced along the given one."""
    kept = np.linspace(0, len(walk.path) - 1, frames).astype(int)
    return replace(walk, path=walk.path[kept], yaw=walk.yaw[kept], clearance=walk.clearance[kept])


def cpu_seconds() -> NDArray[np.float64]:
    """Return (2,) CPU seconds of this process and of the ended ones it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return np.array([u.ru_utime + u.ru_stime for u in used])


def filmed(scene: Scene, walk: Trajectory, mode: str, cache: Path) -> NDArray[np.float64]:
    """Film a walk; return (2,) CPU seconds of this process and of Blender."""
    start = cpu_seconds()
    with tempfile.TemporaryDirectory() as folder:
        film(scene, [walk], configuration(mode), Path(folder), seed=SEED, cache=cache, threads=1)
    return cpu_seconds() - start


def costs(scene: Scene, walk: Trajectory, frames: int, mode: str, cache: Path) -> dict[str, float]:
    """Return CPU seconds per frame, end to end and of bare Blender, and those spent once per scene."""
    first = filmed(scene, spaced(walk, 2), mode, cache)
    short = filmed(scene, spaced(walk, 2), mode, cache)
    wall = time.perf_counter()
    long = filmed(scene, spaced(walk, frames), mode, cache)
    wall = time.perf_counter() - wall
    ours, blender = (long - short) / (frames - 2)
    frame = ours + blender
    once = first.sum() - 2 * frame
    amortised = frame + once / FRAMES_PER_SCENE
    per_second = 1 / amortised
    return {
        "cpu_s_per_frame": frame,
        "bare_cycles_cpu_s_per_frame": blender,
        "ratio_to_bare_cycles": blender / frame,
        "once_per_scene_cpu_s": once,
        "bake_cpu_s": first.sum() - short.sum() if mode == "baked" else 0.0,
        "amortised_cpu_s_per_frame": amortised,
        "frames_per_cpu_second": per_second,
        "trajectories_per_core_day": per_second * 86400 / FRAMES_PER_TRAJECTORY,
        "wall_s_of_long_walk": wall,
    }


def views(scene: Scene, walk: Trajectory, count: int, config: RenderingConfig, cache: Path) -> list[NDArray[np.uint8]]:
    """Return colour frames of evenly spaced poses."""
    setting = RIG.rig().settings[0]
    poses = walk_poses(spaced(walk, count + 2), Motion.CONTINUOUS, setting)[1:-1]
    renderer = open_renderer(scene, config, seed=SEED, cache=cache, threads=usable_cpus())
    try:
        return list(renderer.render(poses, setting.intrinsics))
    finally:
        renderer.close()


def similarity(found: list[NDArray[np.uint8]], reference: list[NDArray[np.uint8]]) -> list[float]:
    """Return the SSIM of each view."""
    return [float(structural_similarity(a, b, channel_axis=2)) for a, b in zip(found, reference, strict=True)]


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="8 frames and 2 reference views instead of 24 and 4")
    quick = parser.parse_args().quick
    frames, compared = (8, 2) if quick else (24, 4)
    scene = generate_home(ProceduralConfig(), SEED, 0)
    walk = longest_walk(scene)
    print(f"{scene.id}: {len(scene.mesh.faces):,} triangles, {frames} frames, {compared} reference views")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        cost = {}
        for mode in ("path", "baked"):
            cost[mode] = costs(scene, walk, frames, mode, cache)
            print(f"{mode}:", rounded(cost[mode]), flush=True)
        reference = views(scene, walk, compared, configuration("path", 256), cache)
        ssim = {mode: similarity(views(scene, walk, compared, configuration(mode), cache), reference) for mode in cost}
    print("SSIM to 256 samples:", rounded(ssim))
    speedup = cost["path"]["amortised_cpu_s_per_frame"] / cost["baked"]["amortised_cpu_s_per_frame"]
    likeness = {mode: float(np.mean(values)) for mode, values in ssim.items()}
    ok = (
        cost["path"]["ratio_to_bare_cycles"] >= LEAST_OF_BARE
        and speedup >= LEAST_SPEEDUP
        and likeness["baked"] >= LEAST_SIMILARITY
    )
    line = {
        "name": "rendering",
        "value": cost["baked"]["frames_per_cpu_second"],
        "unit": "baked frames per CPU-second, 480 x 270, end to end, bake included",
        "baseline": cost["path"]["frames_per_cpu_second"],
        "ratio": speedup,
        "target": LEAST_SPEEDUP,
        "ok": ok,
        "detail": {
            "cost": cost,
            "ssim_to_256_samples": likeness,
            "ssim_by_view": ssim,
            "targets": {"path_of_bare_cycles": LEAST_OF_BARE, "ssim": LEAST_SIMILARITY},
        },
    }
    print(json.dumps(rounded(line)))


if __name__ == "__main__":
    main()
