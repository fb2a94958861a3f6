"""What InternNav's loaders find below a run's folders, from a description of their rules; paths and files alone."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

STEP, FUTURE, NEAREST = 4, 4, 3


def navdp_scenes(root_dir):
    """NavDP's loader: a folder of groups, each a folder of scenes, whose first chunk alone is listed."""
    return {
        f"{group.name}/{scene.name}": scene
        for group in sorted(Path(root_dir).iterdir())
        for scene in sorted(group.iterdir())
        if (scene / "data/chunk-000").is_dir()
    }


@dataclass(frozen=True)
class Sample:
    """What System 2 learns at a frame: what it is told, the images it sees, and the right answer."""

    scene: str
    instruction: str
    frame: int
    images: tuple[str, ...]
    look_down: str
    answer: str | tuple[int, int]


def system2_samples(folder, name):
    """System 2's loader, for a name such as r2r_125cm_0_30 below the folder traj_data; stops are listed once."""
    group, height, ahead, down = name.split("_")
    before, after = f"{height}_{ahead}deg", f"{height}_{down}deg"
    found = []
    for scene in sorted((Path(folder) / group).iterdir()):
        for line in (scene / "meta/episodes.jsonl").read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                found += _samples(scene, row["episode_index"], row["tasks"][0], before, after)
    return found


def _samples(scene, number, task, before, after):
    rows = pd.read_parquet(scene / f"data/chunk-{number // 1000:03d}/episode_{number:06d}.parquet")
    length = len(rows)
    actions = [*rows["action"].tolist()[1:], 0]
    ahead = rows[f"relative_goal_frame_id.{after}"].tolist()
    goals = np.stack(rows[f"goal.{after}"]).tolist()
    if length < 4:
        return
    place = f"{scene}/videos/chunk-{number // 1000:03d}/observation.images.rgb.{before}/episode_{number:06d}"
    answers = {}
    for frame in range(0, length - 1, STEP):
        if ahead[frame] == -1 and actions[frame] != 1:
            turns = actions[frame : frame + FUTURE]
            turns = turns[: turns.index(1)] if 1 in turns else turns
            answers[frame] = "".join({0: "STOP", 2: "←", 3: "→"}[turn] for turn in turns)
        elif ahead[frame] >= NEAREST:
            answers[frame] = tuple(goals[frame])
    answers[length - 1] = "STOP"
    for instruction in task.split("<INSTRUCTION_SEP>"):
        for frame, answer in answers.items():
            history = np.unique(np.linspace(0, frame - 1, 8).astype(int)) if frame else []
            images = tuple(f"{place}_{past}.jpg" for past in [*history, frame])
            down = images[-1].replace(f"_{before.split('_')[1]}", f"_{after.split('_')[1]}")
            yield Sample(scene.name, instruction, frame, images, down, answer)
