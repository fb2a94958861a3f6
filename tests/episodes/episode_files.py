"""Writes episode files of every data set, in their exact schemas, about walks through the two-room home.

Everything is worked out in Habitat's own frame by its own rules (y up; at identity an agent looks along -z and turns
left about +y), so that nothing of the readers is used to write what they read.
"""

import gzip
import json
import math
from pathlib import Path

SCAN = "17DRP5sb8fy"
STOP, FORWARD, LEFT, RIGHT = 0, 1, 2, 3
START = (1.5, 0.0, -2.7)
"""Habitat's world; in ours x 1.5, y 2.7, in the living room in front of the door."""
GOAL = (5.5, 0.0, -2.7)
"""In the bedroom, 4 m straight ahead along +x."""
WAY = (START, (3.5, 0.0, -2.7), GOAL)
THROUGH_THE_DOOR = [RIGHT] * 6 + [FORWARD] * 16
"""From a start that looks along our +y."""
TEXTS = ("Walk through the door.", "Leave the living room\n and stop in the bedroom.", "Go straight on.")


def rotation(turned_left: float) -> list[float]:
    """Quaternion (x, y, z, w) of an agent turned left by degrees."""
    half = math.radians(turned_left) / 2
    return [0.0, math.sin(half), 0.0, math.cos(half)]


def locations(start, turned_left, actions, turn=15, step=0.25) -> list[list[float]]:
    """Where an agent is at the start and after each forward action, unless something is in its way."""
    x, y, z = start
    found = [[x, y, z]]
    for action in actions:
        if action == FORWARD:
            angle = math.radians(turned_left)
            x, z = x - step * math.sin(angle), z - step * math.cos(angle)
            found.append([x, y, z])
        else:
            turned_left += turn if action == LEFT else -turn
    return found


def recorded(start, turned_left, actions, turn=15) -> dict:
    """An entry of a ``_gt`` file."""
    places = locations(start, turned_left, actions, turn)
    return {"actions": [*actions, STOP], "locations": places, "forward_steps": len(places) - 1}


def r2r_episode(number=1, trajectory=7, text=TEXTS[0], scan=SCAN, start=START, turned_left=0.0, way=WAY) -> dict:
    return {
        "episode_id": number,
        "trajectory_id": trajectory,
        "scene_id": f"mp3d/{scan}/{scan}.glb",
        "start_position": list(start),
        "start_rotation": rotation(turned_left),
        "info": {"geodesic_distance": 4.0},
        "goals": [{"position": list(way[-1]), "radius": 3.0}],
        "instruction": {"instruction_text": text, "instruction_tokens": [5, 17, 2, 0, 0]},
        "reference_path": [list(point) for point in way],
    }


def test_split_episode(number=1) -> dict:
    whole = r2r_episode(number)
    return {name: whole[name] for name in ("episode_id", "trajectory_id", "scene_id", "start_position")} | {
        "start_rotation": whole["start_rotation"],
        "instruction": whole["instruction"],
    }


def rxr_episode(name="25", language="en-US", turned_left=-90.0, text=TEXTS[0]) -> dict:
    words = [
        {"word": "Walk", "start_time": 0.5, "end_time": 0.9},
        {"word": "through", "start_time": float("nan"), "end_time": float("nan")},
    ]
    return r2r_episode(turned_left=turned_left) | {
        "episode_id": name,
        "trajectory_id": f"t{name}",
        "instruction": {
            "instruction_text": text,
            "instruction_id": f"9{name}",
            "language": language,
            "annotator_id": "42",
            "edit_distance": 0.125,
            "timed_instruction": words,
        },
    }


def navspace_episode(number=3) -> dict:
    """Two turns of 30 degrees to the right and back, then straight on; a point of the path for each action."""
    names = ["right", "forward", "left", "forward", "stop"]
    codes = [RIGHT, FORWARD, LEFT, FORWARD]
    after = locations(START, -90.0, codes, turn=30)
    x, y, z, w = rotation(-90.0)
    return r2r_episode(number) | {
        "scene_id": "/somebody/hm3d/val/00800-TEEsavR23oF/TEEsavR23oF.basis.glb",
        "start_rotation": [w, x, y, z],
        "goals": [{"position": after[-1], "radius": 1.0}],
        "reference_path": [after[0], after[0], after[1], after[1], after[2]],
        "action_sequence": names,
    }


def discrete_path(path_id=4332, scan=SCAN, heading=4.055) -> dict:
    return {
        "path_id": path_id,
        "scan": scan,
        "path": ["a", "b", "c"],
        "heading": heading,
        "distance": 4.0,
        "instructions": list(TEXTS),
    }


def connectivity(lift=1.5) -> list[dict]:
    """Viewpoints a, b, c of ``WAY`` in Matterport3D's frame, z up, ``lift`` above the floor; d is not used."""
    places = [(x, -z, y + lift) for x, y, z in WAY] + [(0.0, 0.0, lift)]
    joined = {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    rows = []
    for name, (x, y, z) in zip("abcd", places, strict=True):
        pose = [1, 0, 0, x, 0, 0, 1, y, 0, -1, 0, z, 0, 0, 0, 1]
        free = [(name, other) in joined for other in "abcd"]
        rows.append(
            {
                "image_id": name,
                "pose": pose,
                "height": lift,
                "included": name != "d",
                "unobstructed": free,
                "visible": free,
            }
        )
    return rows


def write_json(path: Path, document) -> Path:
    """Write a document, compressed where its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(document).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def write_r2r_ce(root: Path, episodes=None, truth=None, split="val_unseen") -> Path:
    """Write ``<split>/<split>.json.gz`` with its vocabulary and, if given, ``<split>_gt.json.gz``."""
    episodes = [r2r_episode(n, text=text) for n, text in enumerate(TEXTS, 1)] if episodes is None else episodes
    vocabulary = {"word_list": ["walk"], "word2idx_dict": {"walk": 2}, "num_vocab": 3, "UNK_INDEX": 1, "PAD_INDEX": 0}
    document = {"episodes": episodes, "instruction_vocab": vocabulary}
    if truth is not None:
        write_json(root / split / f"{split}_gt.json.gz", truth)
    return write_json(root / split / f"{split}.json.gz", document)


def truth_of(*numbers, actions=THROUGH_THE_DOOR, turned_left=0.0) -> dict:
    return {str(number): recorded(START, turned_left, actions) for number in numbers}
