"""Where template instructions lead a follower that only has the words, and which corruptions of them it finds.

``python scripts/instruction_following.py DATA [--homes N] [--language CODE] [--least P] [--show]``: a folder with the
stores scenes, esdf, trajectories and footage (frames may be small). An instruction is kept as by ``min_probability``.
Corruptions, seeded: left for right, another room, another thing of the scene, two statements swapped. One counts as
found where it contradicts the walk or falls below the threshold; a true wording as rejected where it is said to
contradict its walk. ``--show`` prints each wording that is not kept or leaves much choice, and each corruption missed.
"""

import argparse
import re
from pathlib import Path

import numpy as np

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import label_footage, room_labels
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.verify.follower import Follower
from vln_pipeline.labelling.verify.parse import parse
from vln_pipeline.labelling.verify.statements import Act
from vln_pipeline.labelling.verify.world import World
from vln_pipeline.planning import map_archive, trajectory_archive
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes import archive as scene_archive
from vln_pipeline.seeding import generator

_SIDES = {"left": "right", "right": "left"}
_TELLS_NOTHING_TO_DO = (Act.SEE, Act.START, Act.BEYOND)
_OTHER = 5
"""How many walks further the one lies that an instruction is given to."""


def main(data: Path, homes: int, language: str, least: float, show: bool) -> None:
    """Print the figures, after each home those so far."""
    config, draw = LabellingConfig(language=language), generator(0, "corruptions")
    judged, found, others, walks_kept = [], [], [], []
    for folder in sorted(p for p in data.glob("01_scenes/2*/01_scenes/*") if p.is_dir())[:homes]:
        scene = scene_archive.read(folder)
        nav = map_archive.read(next(data.glob(f"02_esdf/2*/02_esdf/{folder.name}")))
        walks = trajectory_archive.read(
            next(data.glob(f"04_trajectories/2*/04_trajectories/{folder.name}"))
        ).trajectories
        footage = Footage(next(data.glob(f"05_footage/2*/05_footage/{folder.name}.0000")))
        off = config.model_copy(update={"verify": config.verify.model_copy(update={"enabled": False})})
        labelled = label_footage(scene.rooms, lambda s=scene: s, nav, walks, footage, off, data / "cache", 0).kept
        rooms, raycaster = room_labels(scene, language), Raycaster(scene)
        worlds = [World(scene, floor, rooms, raycaster, config.verify) for floor in nav.floors]
        followers = {
            walk.id: Follower(worlds[walk.floor], walk.path, float(walk.yaw[0]), nav.radius, config.verify)
            for walk in walks
        }
        by_id = {walk.id: walk for walk in walks}
        for i, labels in enumerate(labelled):
            follower = followers[labels.trajectory]
            good = []
            for text in (labels.sum_instruction, *labels.variants):
                verdict, gaps = follower.judge(text, language=language), follower.gaps(text, language)
                leads = verdict.within_3m >= least and not verdict.contradictions
                near = float((gaps <= 1.5).mean()) if len(gaps) else 0.0
                judged.append((leads, verdict.within_3m, near, bool(verdict.contradictions)))
                if show and (not leads or near < 0.7):
                    print(f"{labels.trajectory} {verdict.within_3m:.2f} {near:.2f} {text}")
                    print(f"    lost at {verdict.failing!r}, against {verdict.contradictions}")
                good += [text] if leads else []
            walks_kept.append(bool(good))
            if good and language == "en":
                walk = by_id[labels.trajectory]
                for text in corruptions(good[0], worlds[walk.floor], walk.path, draw):
                    wrong = follower.judge(text)
                    found.append(bool(wrong.contradictions) or wrong.within_3m < least)
                    if show and not found[-1]:
                        print(f"{labels.trajectory} missed {text}")
                other = followers[labelled[(i + _OTHER) % len(labelled)].trajectory]
                others.append(other.judge(good[0]).within_3m)
        print(f"after {folder.name}:")
        tell(judged, walks_kept, found, others)


def tell(judged, walks_kept, found, others) -> None:
    """Print the figures of what was judged so far."""
    kept, far, near, denied = (np.array(column) for column in zip(*judged, strict=True))
    walks = f"{np.mean(walks_kept):.1%} of {len(walks_kept)} walks keep one"
    print(f"{len(judged)} wordings, {kept.mean():.1%} kept; {walks}")
    print(f"of those kept, within 3 m {far[kept].mean():.3f}, within 1.5 m {near[kept].mean():.3f}")
    print(f"of all, within 3 m {far.mean():.3f}, within 1.5 m {near.mean():.3f}")
    print(f"true wordings said to contradict their walk: {denied.mean():.1%}")
    if found:
        print(f"{np.mean(found):.1%} of {len(found)} corruptions found")
        print(f"given to another walk of the home: {np.mean(others):.3f} within 3 m", flush=True)


def corruptions(text: str, world: World, path: np.ndarray, draw: np.random.Generator) -> list[str]:
    """Return an instruction with one side, one room, one thing and one order changed, as far as it has any.

    Another thing is one that is nowhere in sight along the walk, so that it is not true by chance; sentences that tell
    nothing to do are not swapped, since their order may not matter.
    """
    nouns, texts = load_phrasebook().nouns, []
    sides = list(re.finditer(r"\b(left|right)\b(?! in front| up to| there| beside| at)", text))
    if sides:
        m = sides[draw.integers(len(sides))]
        texts.append(text[: m.start()] + _SIDES[m[0]] + text[m.end() :])
    rooms = sorted({*filter(None, world.rooms)})
    things = sorted({thing.category for thing in world.things})
    seen = world.visible[world.nearest(path[:, :2])].any(axis=0)
    unseen = {*things} - {thing.category for thing, is_seen in zip(world.things, seen, strict=True) if is_seen}
    for names, others in ((rooms, {*rooms}), (things, unseen)):
        said = {word.word: name for name in names for word in nouns.words(name) if re.search(rf"\b{word.word}\b", text)}
        unsaid = sorted(others - {*said.values()})
        if said and unsaid:
            texts.append(re.sub(rf"\b{draw.choice(sorted(said))}\b", str(draw.choice(unsaid)), text))
    sentences = re.findall(r"[^.!?]+[.!?]", text)
    acts = [[s.act for s in parse(sentence, world.rooms, things)] for sentence in sentences]
    acting = [any(act not in _TELLS_NOTHING_TO_DO for act in told) for told in acts]
    pairs = [i for i in range(len(sentences) - 1) if acting[i] and acting[i + 1]]
    if pairs:
        i = int(draw.choice(pairs))
        sentences[i], sentences[i + 1] = sentences[i + 1], sentences[i]
        texts.append(" ".join(s.strip() for s in sentences))
    return texts


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--homes", type=int, default=99)
    parser.add_argument("--language", default="en")
    parser.add_argument("--least", type=float, default=0.5)
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    main(given.data, given.homes, given.language, given.least, given.show)
