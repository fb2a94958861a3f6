"""Put v3.0 datasets through lerobot's own tools: open, stream, merge, split, delete, remove a feature, train.

Runs in an environment of lerobot (0.4.4 or 0.6), not in this project's: see docs/how-to/use-in-lerobot.md.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from lerobot.datasets.dataset_tools import delete_episodes, merge_datasets, remove_feature, split_dataset
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from lerobot.datasets.streaming_dataset import StreamingLeRobotDataset

WORDS = ("instruction.clip", "instruction.wordings")


def opened(root: Path) -> LeRobotDataset:
    """Return a local dataset; the repository's name is not looked up anywhere."""
    return LeRobotDataset(f"local/{root.name}", root=root)


def look(dataset: LeRobotDataset, root: Path) -> None:
    """Read every frame, check the statistics, and print instructions."""
    meta = dataset.meta
    depth = [name for name, f in meta.features.items() if (f.get("info") or {}).get("is_depth_map")]
    worst = 0.0
    for index in range(len(dataset)):
        item = dataset[index]
        assert int(item["index"]) == index
        for name in ("observation.state", "action"):
            mean, std = (
                torch.as_tensor(np.array(meta.stats[name][key]), dtype=torch.float32) for key in ("mean", "std")
            )
            worst = max(worst, float(((item[name] - mean) / (std + 1e-8)).abs().max()))
        for name in depth:
            mean, std = (float(np.array(meta.stats[name][key]).reshape(-1)[0]) for key in ("mean", "std"))
            worst = max(worst, float((item[name].float().mean() - mean) / (std + 1e-8)))
    assert worst < 10, f"a normalised value of {worst}"
    print(f"{root.name}: {meta.total_episodes} episodes, {len(dataset)} frames, largest normalised value {worst:.1f}")
    known = getattr(meta, "depth_keys", depth)
    assert sorted(known) == sorted(depth)
    print(f"  depth: {', '.join(known)}; first frame up to {float(item[depth[0]].max()) / 1000:.2f} m")
    for index in (0, len(dataset) - 1):
        item = dataset[index]
        print(f"  frame {index}: {item['task']}")
        for name in WORDS:
            if name in item:
                print(f"    {name}: {item[name]}")


def stream(root: Path) -> None:
    """Read some frames without opening the whole dataset."""
    streamed = StreamingLeRobotDataset(f"local/{root.name}", root=root, buffer_size=8, max_num_shards=1, shuffle=False)
    first = next(iter(streamed))
    print(f"  streamed: frame {int(first['frame_index'])}, {first['task'][:40]}...")


def edit(first: LeRobotDataset, second: LeRobotDataset, where: Path) -> None:
    """Merge two datasets, then split, delete from and take a feature from the result."""
    words = {name: [first[0].get(name), second[0].get(name)] for name in ("task", *WORDS)}
    merged = merge_datasets([first, second], output_repo_id="local/merged", output_dir=where / "merged")
    assert len(merged) == len(first) + len(second)
    for name, (one, other) in words.items():
        assert (merged[0].get(name), merged[len(first)].get(name)) == (one, other), name
    parts = split_dataset(merged, {"train": 0.5, "val": 0.5}, output_dir=where / "split")
    fewer = delete_episodes(merged, [0], output_dir=where / "fewer", repo_id="local/fewer")
    assert fewer.meta.total_episodes == merged.meta.total_episodes - 1
    gone = next(name for name in merged.meta.features if name.startswith(("camera.", "goal.")))
    plain = remove_feature(merged, gone, output_dir=where / "plain", repo_id="local/plain")
    assert gone not in plain.meta.features
    for edited in (merged, *parts.values(), fewer, plain):
        edited[0], edited[len(edited) - 1]
    print(f"  merged to {len(merged)} frames, split to {[len(p) for p in parts.values()]}, one deleted, {gone} removed")


def train(root: Path, policy: str, where: Path, features: dict[str, dict]) -> None:
    """Take two steps with lerobot's own training command."""
    from lerobot.scripts.lerobot_train import main

    camera = next(name for name in features if name.startswith("observation.images."))
    height, width, channels = features[camera]["shape"]
    inputs = {
        "observation.state": {"type": "STATE", "shape": features["observation.state"]["shape"]},
        camera: {"type": "VISUAL", "shape": [channels, height, width]},
    }
    small = {
        "act": ["--policy.pretrained_backbone_weights=null", "--policy.dim_model=64", "--policy.n_heads=2"],
        "diffusion": ["--policy.pretrained_backbone_weights=null", "--policy.down_dims=[32,64]"],
    }[policy]
    sys.argv = [
        "lerobot-train",
        f"--dataset.repo_id=local/{root.name}",
        f"--dataset.root={root}",
        f"--policy.type={policy}",
        "--policy.device=cpu",
        "--policy.push_to_hub=false",
        f"--policy.input_features={json.dumps(inputs)}",
        *small,
        f"--output_dir={where / policy}",
        "--batch_size=2",
        "--steps=2",
        "--log_freq=1",
        "--num_workers=0",
        "--save_checkpoint=false",
        "--wandb.enable=false",
    ]
    main()
    print(f"  {policy}: two steps with {camera}, observation.state -> action")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", type=Path, help="v3.0 datasets of one dialect, of two runs")
    roots = [root.absolute() for root in parser.parse_args().datasets]
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("HF_DATASETS_CACHE", f"{folder}/cache")
        sets = [opened(root) for root in roots]
        for root, dataset in zip(roots, sets, strict=True):
            look(dataset, root)
            stream(root)
        edit(sets[0], sets[-1], Path(folder))
        for policy in ("act", "diffusion"):
            train(roots[0], policy, Path(folder), sets[0].meta.features)
    print("all of it worked")
