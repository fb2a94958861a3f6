"""Converting a file of the size of R2R-CE's val_unseen: ``python benchmarks/vlnce.py [--quick]``.

Writes 1,839 episodes in the schema of R2R-CE, with ground truth, about walks in a procedural home, and converts them
without rendering: read, quarantined, replayed, made continuous, put into words and stored. Locations are worked out in
Habitat's frame by Habitat's rules when the file is written, and compared with the replay at every forward step.
"""

import argparse
import gzip
import json
import math
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from vln_pipeline.episodes import archive, walks_archive
from vln_pipeline.episodes.episode_config import EpisodeFileConfig, EpisodeWalkConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.episodes.replay import replayed
from vln_pipeline.episodes.walks import walks_of
from vln_pipeline.episodes.wording import label_walks
from vln_pipeline.labelling import archive as labels_archive
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.trajectory import Action, Trajectory
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.source import open_source

SEED = 7
EPISODES, SECONDS, MEGABYTES, METRES = 1839, 30.0, 1000.0, 1e-3


def home(pairs: int) -> tuple[NavigationMap, tuple[Trajectory, ...]]:
    """Return the map of a procedural home and walks in it."""
    source = open_source(ScenesConfig(procedural={"count": 1, "texture_size": 64}), SEED)
    (ref,) = source.discover()
    nav = build_navigation_map(source.load(ref), EsdfConfig())
    sampled = sample_endpoints(nav, SamplingConfig(pairs=pairs, min_distance=8.0, max_distance=25.0), SEED)
    return nav, plan_trajectories(nav, sampled, TrajectoryConfig(), SEED).trajectories


def write_files(root: Path, nav: NavigationMap, walks: tuple[Trajectory, ...], count: int) -> dict[str, np.ndarray]:
    """Write the file and its ground truth, three wordings a walk, and return the locations by episode, z up."""
    rows, truth, places = [], {}, {}
    for number in range(count):
        walk = walks[number // 3 % len(walks)]
        x, y, z, yaw = walk.poses[0]
        turned = yaw - math.pi / 2
        located = habitat_locations([x, z, -y], turned, walk.actions)
        name = number + 1
        rows.append(
            {
                "episode_id": name,
                "trajectory_id": number // 3,
                "scene_id": f"mp3d/{nav.scene}/{nav.scene}.glb",
                "start_position": located[0],
                "start_rotation": [0.0, math.sin(turned / 2), 0.0, math.cos(turned / 2)],
                "info": {"geodesic_distance": walk.geodesic},
                "goals": [{"position": located[-1], "radius": 3.0}],
                "instruction": {"instruction_text": f"Walk {name}. " * 9, "instruction_tokens": [7] * 200},
                "reference_path": located[:: max(1, len(located) // 5)],
            }
        )
        truth[str(name)] = {
            "actions": [*walk.actions.tolist(), 0],
            "locations": located,
            "forward_steps": len(located) - 1,
        }
        places[str(name)] = np.array([(a, -c, b) for a, b, c in located])
    folder = root / "val_unseen"
    folder.mkdir()
    for name, document in (("val_unseen", {"episodes": rows, "instruction_vocab": {}}), ("val_unseen_gt", truth)):
        (folder / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(document).encode(), 1))
    return places


def habitat_locations(start: list[float], turned: float, actions: np.ndarray) -> list[list[float]]:
    """Return the start and where each forward action ends, y up; at identity an agent looks along -z."""
    x, y, z = map(float, start)
    found, turns = [[x, y, z]], 0
    for action in actions.tolist():
        angle = turned + math.radians(15) * turns
        if action == Action.FORWARD:
            x, z = x - 0.25 * math.sin(angle), z - 0.25 * math.cos(angle)
            found.append([x, y, z])
        turns += (action == Action.LEFT) - (action == Action.RIGHT)
    return found


def convert(root: Path, out: Path, nav: NavigationMap) -> tuple[float, int]:
    """Convert without rendering, and return seconds and the number of walks."""
    began = time.perf_counter()
    config = EpisodeFileConfig(path=str(root))
    folders = [out / name for name in ("episodes", "walks", "labels")]
    for folder in folders:
        folder.mkdir(parents=True)
    archive.write(read_episodes(find_files(config), config), folders[0])
    stored = archive.EpisodeArchive(folders[0])
    episodes = stored.of_scene(nav.scene)
    made = walks_of(nav.scene, nav, episodes, EpisodeWalkConfig(join=False, heights="file"))
    walks_archive.write(made, folders[1])
    labels_archive.write(label_walks(made, episodes), folders[2])
    return time.perf_counter() - began, len(made.trajectories)


def largest_differences(out: Path, places: dict[str, np.ndarray]) -> tuple[float, float]:
    """Return how far any pose at the start or after a forward action is from its location, metres.

    First of the stored walks, whose positions are the recorded ones, then of their actions walked without these.
    """
    made = walks_archive.read(out / "walks")
    stored = walked = 0.0
    for walk in made.trajectories:
        (name,) = made.episodes[walk.id]
        steps = np.concatenate([[True], walk.actions == Action.FORWARD])
        alone = replayed(walk.poses[0], walk.actions, None, 15.0, 0.25).poses
        stored, walked = (
            max(worst, float(np.linalg.norm(poses[steps, :3] - places[name], axis=1).max()))
            for worst, poses in ((stored, walk.poses), (walked, alone))
        )
    return stored, walked


def main() -> None:
    """Write, convert, compare and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 episodes instead of 1,839")
    count = 200 if parser.parse_args().quick else EPISODES
    nav, walks = home(pairs=40)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        places = write_files(root, nav, walks, count)
        # Compiles and imports; a run pays for that once, however many episodes it has.
        first, _ = convert(root, root / "first", nav)
        processor = time.process_time()
        seconds, made = convert(root, root / "second", nav)
        processor = time.process_time() - processor
        difference, alone = largest_differences(root / "second", places)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    fits = seconds < SECONDS and peak < MEGABYTES and max(difference, alone) < METRES and made == count
    detail = {
        "episodes": count,
        "walks": made,
        "actions_mean": round(float(np.mean([len(walk.actions) for walk in walks])), 1),
        "seconds_with_compilation": round(first, 2),
        "processor_seconds": round(processor, 2),
        "peak_mb": round(peak),
        "largest_position_difference_m": difference,
        "largest_difference_of_actions_alone_m": alone,
        "targets": {"seconds": SECONDS, "peak_mb": MEGABYTES, "largest_position_difference_m": METRES},
    }
    print(
        json.dumps(
            {
                "name": "vlnce",
                "value": round(seconds, 2),
                "unit": "seconds to convert a file of the size of R2R-CE val_unseen, without rendering",
                "baseline": "the limit",
                "ratio": round(seconds / SECONDS, 3),
                "target": SECONDS,
                "ok": fits,
                "detail": detail,
            }
        )
    )


if __name__ == "__main__":
    main()
