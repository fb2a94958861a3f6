"""Where template instructions lead a follower that only has the words, and which corruptions of them it finds.

``python scripts/instruction_following.py DATA [HOMES]``: a folder with the stores scenes, esdf, trajectories and
footage (frames may be small), and how many of its homes. An instruction is kept as with ``min_probability`` 0.5.
Corruptions, seeded: left for right, another room, another thing of the scene, two statements swapped.
"""

import re
import sys
from pathlib import Path

import numpy as np

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import label_footage, room_labels
from vln_pipeline.labelling.verify.follower import Follower
from vln_pipeline.labelling.verify.world import World
from vln_pipeline.planning import map_archive, trajectory_archive
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes import archive as scene_archive
from vln_pipeline.seeding import generator

_LEAST = 0.5
_SIDES = {"left": "right", "right": "left"}


def main(data: Path, homes: int) -> None:
    """Print the figures."""
    config, draw = LabellingConfig(), generator(0, "corruptions")
    verdicts, found, others = [], [], []
    for folder in sorted(p for p in data.glob("01_scenes/2*/01_scenes/*") if p.is_dir())[:homes]:
        scene = scene_archive.read(folder)
        nav = map_archive.read(next(data.glob(f"02_esdf/2*/02_esdf/{folder.name}")))
        walks = trajectory_archive.read(
            next(data.glob(f"04_trajectories/2*/04_trajectories/{folder.name}"))
        ).trajectories
        footage = Footage(next(data.glob(f"05_footage/2*/05_footage/{folder.name}.0000")))
        labelled = label_footage(scene.rooms, lambda s=scene: s, nav, walks, footage, config, data / "cache", 0)
        rooms, raycaster = room_labels(scene.rooms), Raycaster(scene)
        worlds = [World(scene, floor, rooms, raycaster, config.verify) for floor in nav.floors]
        followers = {
            walk.id: Follower(worlds[walk.floor], walk.path, float(walk.yaw[0]), nav.radius, config.verify)
            for walk in walks
        }
        for i, labels in enumerate(labelled.kept):
            verdicts += labels.verdicts
            follower, verdict = followers[labels.trajectory], labels.verdicts[0]
            if verdict.within_3m < _LEAST or verdict.contradictions:
                continue
            things = sorted({t.category for t in worlds[0].things})
            for text in corruptions(labels.sum_instruction, [room for room in rooms if room], things, draw):
                wrong = follower.judge(text)
                found.append(bool(wrong.contradictions) or wrong.within_3m < _LEAST)
            other = labelled.kept[(i + 5) % len(labelled.kept)].trajectory
            others.append(followers[other].judge(labels.sum_instruction).within_3m)
    near, far = np.array([v.within_1m for v in verdicts]), np.array([v.within_3m for v in verdicts])
    true = np.array([not v.contradictions for v in verdicts])
    kept = (far >= _LEAST) & true
    print(f"{len(verdicts)} wordings, {1 - true.mean():.1%} said to contradict their walk, {kept.mean():.1%} kept")
    print(f"of those kept, within 3 m {far[kept].mean():.3f}, within 1 m {near[kept].mean():.3f}")
    print(f"{np.mean(found):.1%} of {len(found)} corruptions found")
    print(f"given to another walk of the home: {np.mean(others):.3f}")


def corruptions(text: str, rooms: list[str], things: list[str], draw: np.random.Generator) -> list[str]:
    """Return an instruction with one side, one room, one thing and one order changed, as far as it has any."""
    texts = []
    sides = list(re.finditer(r"\b(left|right)\b(?! in front)", text))
    if sides:
        m = sides[draw.integers(len(sides))]
        texts.append(text[: m.start()] + _SIDES[m[0]] + text[m.end() :])
    for names in (rooms, things):
        said = [name for name in names if re.search(rf"\b{name}\b", text)]
        unsaid = [name for name in names if name not in said]
        if said and unsaid:
            texts.append(re.sub(rf"\b{draw.choice(said)}\b", str(draw.choice(unsaid)), text))
    sentences = re.findall(r"[^.]+\.", text)
    if len(sentences) > 1:
        i = int(draw.integers(len(sentences) - 1))
        sentences[i], sentences[i + 1] = sentences[i + 1], sentences[i]
        texts.append(" ".join(s.strip() for s in sentences))
    return texts


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 99)
