"""CPU milliseconds of a 320 x 240 frame of 500,000 Gaussians, by this project's tiles and by plain torch.

    python benchmarks/splats.py [--quick]

A furnished home is sampled as a splat, and seen from the free floor at a robot's height. The baseline projects all
Gaussians at once and composites tile after tile in torch, on one thread, in the same run; both images are compared.
Compiling and loading are not counted. The last line is one JSON object.
"""

import argparse
import json
import os
import time
from statistics import median

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"

import numpy as np
import torch

from plain_splats import PlainRasteriser
from sampled_splat import captured
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.renderer import SplatRenderer
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.generator import generate_home

SEED = 7
CAMERA = Intrinsics.from_fov(320, 240, 79)
MOST_MS, LEAST_RATIO, MOST_DIFFERENCE = 150.0, 5.0, 1e-3
GAUSSIANS = 500_000


def main() -> None:
    """Run, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="4 views instead of 16, of which 2 by torch instead of 4")
    views, compared = (4, 2) if parser.parse_args().quick else (16, 4)
    torch.set_num_threads(1)
    home = generate_home(ProceduralConfig(two_storey_probability=0, texture_size=64), SEED, 0)
    (floor,) = build_navigation_map(home, EsdfConfig()).floors
    splat = captured(home, GAUSSIANS, SEED)
    ours, plain = SplatRenderer(splat, SplatRenderingConfig(), 1), PlainRasteriser(splat)
    draw = np.random.default_rng(SEED)
    cells = np.argwhere(floor.navigable)
    chosen = cells[draw.choice(len(cells), views, replace=False)]
    places = np.column_stack([floor.origin + (chosen[:, ::-1] + 0.5) * floor.cell, np.full(views, floor.height)])
    poses = camera_poses(places, draw.uniform(-np.pi, np.pi, views), 0.6, 10.0)
    ours.image(poses[0], CAMERA)
    plain.image(poses[0], CAMERA)

    times, images = [], []
    for pose in poses:
        start = time.process_time()
        images.append(ours.image(pose, CAMERA)[0])
        times.append(1e3 * (time.process_time() - start))
    slow, differences = [], []
    for pose, image in zip(poses[:compared], images, strict=False):
        start = time.process_time()
        expected = plain.image(pose, CAMERA)
        slow.append(1e3 * (time.process_time() - start))
        differences.append(np.abs(image - expected).max(axis=2))
    # On the rim of an ellipse rounding decides whether its last 1/255 counts.
    difference = float(np.quantile(differences, 0.999))
    ratio = float(np.mean(slow) / np.mean(times[:compared]))
    for name, found in (("numba tiles", times), ("torch tiles", slow)):
        print(f"{name:12} {np.mean(found):8.1f} ms a frame, median {median(found):8.1f}, most {max(found):8.1f}")
    print(
        json.dumps(
            {
                "name": "splats",
                "value": round(float(np.mean(times)), 1),
                "unit": f"CPU ms a frame of 320 x 240, {GAUSSIANS:,} Gaussians (the lower, the better)",
                "baseline": round(float(np.mean(slow)), 1),
                "ratio": round(ratio, 2),
                "target": LEAST_RATIO,
                "ok": bool(np.mean(times) <= MOST_MS and ratio >= LEAST_RATIO and difference <= MOST_DIFFERENCE),
                "detail": {
                    "most_ms": MOST_MS,
                    "ms": [round(value, 1) for value in times],
                    "torch_ms": [round(value, 1) for value in slow],
                    "difference_at_99.9_percent_of_pixels": difference,
                },
            }
        )
    )


if __name__ == "__main__":
    main()
