"""How fast lerobot reads a v3.0 dataset of ours, beside one that it recorded itself with the same columns.

Runs in an environment of lerobot 0.6 (docs/how-to/use-in-lerobot.md)::

    python scripts/lerobot_access.py <joined dataset> [--episodes 20] [--items 200]
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset

_KEPT = ("timestamp", "frame_index", "episode_index", "index", "task_index")


def recorded(source: LeRobotDataset, episodes: int, root: Path) -> LeRobotDataset:
    """Record episodes of a dataset with lerobot's own recorder."""
    features = {name: f for name, f in source.meta.features.items() if name not in _KEPT}
    own = LeRobotDataset.create("local/own", source.fps, features, root=root, robot_type="unknown", use_videos=True)
    for episode in range(episodes):
        row = source.meta.episodes[episode]
        for index in range(row["dataset_from_index"], row["dataset_to_index"]):
            item = source[index]
            frame = {"task": item["task"]}
            for name, feature in features.items():
                value = item[name]
                if feature["dtype"] == "video":
                    value = (value.permute(1, 2, 0) * 255).round().byte().numpy()
                elif feature["dtype"] == "image":
                    value = value.permute(1, 2, 0).numpy().astype(np.uint16)
                elif feature["dtype"] != "string":
                    value = np.atleast_1d(value.numpy()).astype(feature["dtype"])  # read as 64-bit numbers
                frame[name] = value
            own.add_frame(frame)
        own.save_episode()
    own.finalize()
    return LeRobotDataset("local/own", root=root)


def speed(dataset: LeRobotDataset, frames: int, items: int) -> float:
    """Return items per second of processor time, at random places among the first frames."""
    places = np.random.default_rng(7).integers(0, frames, items).tolist()
    dataset[places[0]]
    begun = time.process_time()
    for place in places:
        dataset[place]
    return items / (time.process_time() - begun)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--items", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_DATASETS_CACHE"] = f"{folder}/cache"
        begun, cpu = time.perf_counter(), time.process_time()
        ours = LeRobotDataset("local/ours", root=given.dataset)
        taken = f"{time.perf_counter() - begun:.1f} s, {time.process_time() - cpu:.1f} s of processor time"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{ours.meta.total_episodes} episodes opened in {taken}, {peak:.2f} GiB", flush=True)
        episodes = min(given.episodes, ours.meta.total_episodes)
        theirs = recorded(ours, episodes, Path(folder) / "own")
        rates = [(speed(ours, len(theirs), given.items), speed(theirs, len(theirs), given.items)) for _ in range(3)]
        for one, other in rates:
            print(f"items per CPU second: ours {one:.0f}, lerobot's own {other:.0f}, ratio {one / other:.2f}")
