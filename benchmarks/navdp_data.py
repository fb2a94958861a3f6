"""Training samples of NavDP per CPU-second at the published size, against a plain reader of the same files.

    python benchmarks/navdp_data.py [--quick]

A small generated home is filmed by the ray caster at 480 x 270 pixels and exported; one process then makes samples of
8 remembered images of 224 pixels with all three goals. The plain reader follows the published loader's rules item by
item and reads everything anew, the scene's point cloud too; that both give the same numbers is checked first. Memory
is looked at after 1,000 and 10,000 samples. The last line is one JSON object.
"""

import argparse
import json
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
import torch

import plain_navdp_data
from rounding import rounded
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import ExportWalk
from vln_pipeline.export.export import export_scene
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.rendering.film import film
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.source import open_source
from vln_pipeline.training.navdp_data.batches import collate, open_batches
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset import NavdpDataset
from vln_pipeline.training.navdp_data.frame_reader import DecodedFrames
from vln_pipeline.training.navdp_data.walk_index import WalkIndex, read_index

SEED, BATCH, TARGET, GROWTH_MB = 7, 16, 10.0, 20.0
NETWORK = NavdpConfig()
SMALL = NavdpConfig(image_size=64, patch_size=8, memory_size=2)
PUBLISHED = NavdpDataConfig(critic_metric="l1", headings="wrapped", goal_heading="path", mark={"off_screen": "nothing"})


def dataset(directory: Path, walks: int) -> Path:
    """Export walks of a generated home; return the dataset's folder."""
    home = {"count": 1, "floor_area": (48, 60), "rooms": (5, 6), "two_storey_probability": 0, "texture_size": 64}
    source = open_source(ScenesConfig(procedural=home), SEED)
    scene = source.load(next(iter(source.discover())))
    nav = build_navigation_map(scene, EsdfConfig())
    pairs = sample_endpoints(nav, SamplingConfig(pairs=2 * walks, max_distance=5), SEED)
    plans = plan_trajectories(nav, pairs, TrajectoryConfig(), SEED).trajectories[:walks]
    rig = RigConfig(name="d435i", motion=Motion.CONTINUOUS, camera="d435i", height=0.6, pitches=(15.0,))
    rendering = RenderingConfig(backend="raycast", rigs=(rig,))
    film(scene, plans, rendering, directory / "footage", seed=SEED, cache=directory / "cache", threads=1)
    footage = Footage(directory / "footage")
    config = ExportConfig(dialects=("vln_n1",), versions=("v2.1",), video={"beside_images": False})
    filmed = (ExportWalk(footage, walk, labels(walk.id, len(walk.path) - 1)) for walk in plans)
    export_scene(filmed, scene, nav, config, directory / "export", seed=SEED, provenance={"command": __file__})
    return directory / "export/vln_n1/v2.1"


def labels(trajectory: str, last: int) -> Labels:
    """Return words that nothing here reads."""
    return Labels(trajectory, (Clip(0, last, "Go.", "Go."),), "Go.", (0, last), ("Go.",), "none")


def rate(make: Callable[[], object], samples: int) -> float:
    """Return calls per CPU-second."""
    start = time.process_time()
    for _ in range(samples):
        make()
    return samples / (time.process_time() - start)


def largest_difference(index: WalkIndex, trajectories: list[plain_navdp_data.Trajectory], count: int) -> float:
    """Return the largest difference between samples, with the published loader's options, and the plain items."""
    samples = NavdpDataset(index, DecodedFrames(index.walks, NETWORK.image_size), PUBLISHED, NETWORK, SEED)
    largest = 0.0
    for sample in (samples[number] for number in range(count)):
        draw = sample.draw
        chosen = plain_navdp_data.Choices(draw.marked, draw.current, draw.target, draw.angle, draw.half_size)
        plain = plain_navdp_data.item(trajectories[draw.walk], chosen)
        batch = collate([sample], NETWORK)
        for name, expected in plain.items():
            found = getattr(batch, name)[0].numpy()
            scale = 255 if found.dtype == np.uint8 else 1
            largest = max(largest, float(np.abs(found / scale - expected).max()))
    return largest


def opened(index: WalkIndex, network: NavdpConfig, cache: Path | None):
    """Return an endless stream of batches made in this process."""
    return open_batches(index, NavdpDataConfig(), network, seed=SEED, batch_size=BATCH, workers=0, cache=cache).read(
        0, 1
    )


def batch_rate(stream, samples: int) -> float:
    """Return samples per CPU-second, once a batch was made."""
    next(stream)
    return BATCH * rate(lambda: next(stream), samples // BATCH)


def memory_after(stream, counts: tuple[int, ...]) -> list[float]:
    """Return the process's resident memory after numbers of samples, megabytes."""
    process, done, found = psutil.Process(), 0, []
    for count in counts:
        for _ in itertools.islice(stream, -(-(count - done) // BATCH)):
            done += BATCH
        found.append(process.memory_info().rss / 1e6)
    return found


def main() -> None:
    """Run, print what was measured and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer walks and samples; memory after 1,000 and 3,000")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(scratch, "packs")
        root = dataset(Path(scratch), 2 if quick else 4)
        index, trajectories = read_index([root], NavdpDataConfig()), plain_navdp_data.trajectories(root)
        cloud = len(plain_navdp_data.obstacle_points(root / "meta/pointcloud.ply"))
        print(*index.report.lines(), f"{cloud:,} obstacle points", sep="; ")
        difference = largest_difference(index, trajectories, 4 if quick else 16)
        print(f"largest difference from the plain reader with its options: {difference:.2g}")

        random = np.random.default_rng(SEED)

        def plain() -> dict:
            trajectory = trajectories[random.integers(len(trajectories))]
            return plain_navdp_data.item(trajectory, plain_navdp_data.choices(random, len(trajectory.rgb)))

        baseline = rate(plain, 10 if quick else 40)
        start = time.process_time()
        packed = opened(index, NETWORK, cache)
        next(packed)
        packing = (time.process_time() - start) / index.report.frames
        rates = {
            "plain": baseline,
            "packed": batch_rate(packed, 320 if quick else 1600),
            "decoded": batch_rate(opened(index, NETWORK, None), 96 if quick else 320),
            "packed_64_pixels_2_images": batch_rate(opened(index, SMALL, cache), 1600 if quick else 8000),
        }
        for name, found in rates.items():
            print(f"{name:26} {found:8.1f} samples per CPU-second")
        counts = (1000, 3000) if quick else (1000, 10_000)
        memory = memory_after(packed, counts)
    print("resident memory:", ", ".join(f"{mb:.0f} MB after {n:,}" for mb, n in zip(memory, counts, strict=True)))
    ratio = rates["packed"] / baseline
    ok = ratio >= TARGET and memory[1] - memory[0] <= GROWTH_MB and difference < 1e-3
    print(
        json.dumps(
            rounded(
                {
                    "name": "navdp_data",
                    "value": rates["packed"],
                    "unit": "samples per CPU-second, 224 pixels, 8 images, all goals, frames packed",
                    "baseline": baseline,
                    "ratio": ratio,
                    "target": TARGET,
                    "ok": ok,
                    "detail": {
                        "samples_per_cpu_second": rates,
                        "ratio_decoded": rates["decoded"] / baseline,
                        "packing_ms_per_frame": 1e3 * packing,
                        "memory_mb": dict(zip(counts, memory, strict=True)),
                        "largest_difference": difference,
                        "frames": index.report.frames,
                        "obstacle_points": cloud,
                    },
                }
            )
        )
    )


if __name__ == "__main__":
    main()
