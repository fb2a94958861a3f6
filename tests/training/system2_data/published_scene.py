"""Datasets in the layout of InternData-N1's vln_ce, whose images tell their own frame numbers."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

LEVEL, DOWN = "125cm_0deg", "125cm_30deg"
WIDTH, HEIGHT = 64, 48
LOOKS_DOWN = 200
"""Green value of look-down images; others have 40."""


@dataclass
class Walk:
    """One episode: the action taken at each frame but the last, frames to each goal, goals, wordings, and of a roll-out
    what the expert would do at each frame."""

    actions: list[int]
    ahead: list[int]
    instructions: list[str] = field(default_factory=lambda: ["Walk past the sofa, then stop."])
    advice: list[int] | None = None

    def __len__(self):
        return len(self.actions) + 1

    def goal(self, frame):
        """Return a pixel that tells the frame."""
        return [frame + 1, 2 * frame + 1] if self.ahead[frame] >= 0 else [-1, -1]


def straight(count=20, instructions=None):
    """Return a walk with one turn to the left at its start and goals 6 frames ahead, as long as there is one."""
    actions = [2, 2, *[1] * (count - 3)]
    ahead = [6 if 2 <= frame < count - 6 else -1 for frame in range(count)]
    return Walk(actions, ahead, *([instructions] if instructions else []))


def write_scene(folder: Path, walks, settings=(LEVEL, DOWN), told=(LEVEL, DOWN), paint=None):
    """Write a dataset; ``told`` are the settings whose columns are there.

    Images are those of ``picture`` unless ``paint`` makes others of frame and setting.
    """
    lines = []
    for number, walk in enumerate(walks):
        count = len(walk)
        columns = {"action": pa.array([-1, *walk.actions], pa.int64())}
        if walk.advice is not None:
            columns["expert_action"] = pa.array(walk.advice, pa.int64())
        for setting in told:
            columns[f"goal.{setting}"] = pa.array([walk.goal(frame) for frame in range(count)], pa.list_(pa.int64()))
            columns[f"relative_goal_frame_id.{setting}"] = pa.array(walk.ahead, pa.int64())
        table = folder / f"data/chunk-000/episode_{number:06d}.parquet"
        table.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), table)
        for setting in settings:
            images = folder / f"videos/chunk-000/observation.images.rgb.{setting}"
            images.mkdir(parents=True, exist_ok=True)
            for frame in range(count):
                image = (paint or picture)(frame, setting)
                cv2.imwrite(str(images / f"episode_{number:06d}_{frame}.jpg"), image[..., ::-1])
        tasks = ["<INSTRUCTION_SEP>".join(walk.instructions), "never read"]
        lines.append({"episode_index": number, "tasks": tasks, "length": 2 * count})
    (folder / "meta").mkdir(parents=True, exist_ok=True)
    (folder / "meta/episodes.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def picture(frame, setting):
    """Return (HEIGHT, WIDTH, 3) one colour: red tells the frame, green the camera."""
    return np.full((HEIGHT, WIDTH, 3), (9 * frame, LOOKS_DOWN if setting == DOWN else 40, 90), dtype=np.uint8)


def told_frame(image):
    """Return the frame number that an image tells, and whether it looks down."""
    red, green, _ = image.reshape(-1, 3).astype(float).mean(axis=0)
    return round(red / 9), abs(green - LOOKS_DOWN) < 40
