"""Quality of a thousand planned walks: ``python benchmarks/walks.py [scene.glb ...] [--quick]``.

Plans 1,000 walks over procedural homes and the given mesh files, without rendering, and checks every sample of every
kept walk. The baseline is what users measured on InternData-N1's vln_n1 split.
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np

from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.quality import summary
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import open_source

SEED = 7
REFERENCE = {"straightness": 1.08, "median_clearance": [0.46, 0.68], "violating_episodes": 0.13}


def scenes(files: list[str], homes: int) -> Iterator[Scene]:
    """Yield the mesh files, then procedural homes."""
    configs = [ScenesConfig(source="mesh", mesh={"path": file}) for file in files]
    configs.append(ScenesConfig(procedural={"count": homes, "texture_size": 64}))
    for config in configs:
        source = open_source(config, SEED)
        yield from (source.load(ref) for ref in source.discover())


def main() -> None:
    """Plan, check and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--quick", action="store_true", help="100 walks instead of 1,000")
    options = parser.parse_args()
    wanted, homes = (100, 2) if options.quick else (1000, 8)
    each = -(-wanted // (len(options.files) + homes))
    config, maps, walks, rejected = TrajectoryConfig(), {}, [], {}
    for scene in scenes(options.files, homes):
        nav = build_navigation_map(scene, EsdfConfig())
        plans = plan_trajectories(nav, sample_endpoints(nav, SamplingConfig(pairs=each), SEED), config, SEED)
        maps[scene.id] = nav
        walks += plans.trajectories
        for reason, count in plans.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + count
        print(f"{scene.id:<14} {len(plans.trajectories):>4} walks, rejected {plans.rejected}")
    found = summary(walks, maps)
    clear = float(np.mean([(w.clearance >= maps[w.scene].radius).all() for w in walks]))
    limits = found["max_step_p95"] <= config.step + 1e-9 and found["max_turn_p95"] <= config.max_turn + 1e-6
    print(
        json.dumps(
            {
                "name": "walks",
                "value": clear,
                "unit": "share of walks whose every sample keeps the robot's radius",
                "baseline": "InternData-N1 vln_n1",
                "ratio": clear / (1 - REFERENCE["violating_episodes"]),
                "target": 1.0,
                "ok": clear == 1.0 and limits and found["rollout_clearance_p05"] >= EsdfConfig().radius,
                "detail": {
                    "walks": len(walks),
                    "rejected": rejected,
                    "reference": REFERENCE,
                    **{key: round(value, 4) for key, value in found.items()},
                },
            }
        )
    )


if __name__ == "__main__":
    main()
