"""Counts walks whose template instruction tells events in an order that contradicts the walk.

``python scripts/instruction_order.py DATA ...``: folders with the stores scenes, esdf and trajectories, no frames.

A strong case is any of: the first or the last room is another one than the walk's for at least 0.3 m; a curve is told
before a room change although under 40 % of it lies before, or after one although over 60 % does; a turn, likewise, with
20 % and 80 %. The labeller of before events were dated by their middle had 80 in 288 walks.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import vln_pipeline.labelling.route as route
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.keyframes import arc_length, cut
from vln_pipeline.labelling.label import room_labels
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.plan import plan_leg
from vln_pipeline.labelling.regions import room_at, visits
from vln_pipeline.planning import map_archive, trajectory_archive
from vln_pipeline.scenes import archive as scene_archive

_LEAST = 0.3
"""Metres in a room that count."""
_SHARES = {"curve": 0.4, "turn": 0.2}


def main(folders: list[Path]) -> None:
    """Print the counts."""
    route.find_landmarks = lambda *_: ()  # order alone is looked at
    strong, ends, total = [], [], 0
    for data in folders:
        for folder in sorted(p for p in data.glob("01_scenes/2*/01_scenes/*") if p.is_dir()):
            labels = room_labels(scene_archive.read_rooms(folder))
            maps = map_archive.read(next(data.glob(f"02_esdf/2*/02_esdf/{folder.name}")))
            plans = trajectory_archive.read(next(data.glob(f"04_trajectories/2*/04_trajectories/{folder.name}")))
            for trajectory in plans.trajectories:
                total += 1
                found = list(cases(trajectory, maps.floors[trajectory.floor], labels))
                if found:
                    strong.append((str(data), trajectory.id, found))
                if {"start", "end"} & set(found):
                    ends.append(trajectory.id)
    print(f"{len(strong)} of {total} walks have a strong case, {len(ends)} a wrong first or last room")
    for case in strong:
        print(*case)


def cases(trajectory, floor, labels):
    """Yield the kinds of the strong cases of one walk."""
    config, nouns = LabellingConfig(), load_phrasebook().nouns
    clips = cut(trajectory.path, trajectory.yaw, config.keyframes)
    rooms = room_at(floor, trajectory.path[:, :2]).astype(int)
    walk = SimpleNamespace(trajectory=trajectory, floor=floor, clips=clips, rooms=rooms)
    walk.visits, walk.walked = visits(trajectory.path, floor, labels), arc_length(trajectory.path)
    first, last, walked = rooms[0], rooms[-1], walk.walked
    if first >= 0 and walk.visits[0].room != first and walked[np.flatnonzero(rooms != first)[0]] >= _LEAST:
        yield "start"
    if last >= 0 and walk.visits[-1].room != last:
        left = np.flatnonzero(rooms[::-1] != last)[0]
        if walked[-1] - walked[len(rooms) - 1 - left] >= _LEAST:
            yield "end"
    heading = np.degrees(np.unwrap(trajectory.yaw))
    turns = [turn for clip in clips for turn in clip.turns]
    legs = route.follow(walk, config.landmarks, nouns)
    told = [step for leg in legs for step in plan_leg(leg, nouns, detailed=False)]
    changes = [(i, step.frame) for i, step in enumerate(told) if step.keys[0] in ("enter", "cross", "leave")]
    bends = [i for i, step in enumerate(told) if step.keys[0].startswith("turn_")]
    for turn, i in zip(turns, bends, strict=True):
        share = (heading - heading[turn.start]) / (heading[turn.end] - heading[turn.start])
        for place, frame in changes:
            if turn.start <= frame <= turn.end and misplaced(share[frame], i < place, _SHARES["turn"]):
                yield "turn"
    for leg in legs:
        start, stop = leg.clip.start, min(leg.clip.end + 1, len(heading) - 1)
        steps = plan_leg(leg, nouns, detailed=False)
        curve = next((step for step in steps if step.keys[0].startswith("curve")), None)
        for place, frame in changes:
            if curve is not None and start <= frame <= leg.clip.end:
                before = heading[frame] - heading[start] - turned(heading, start, frame, turns)
                after = heading[stop] - heading[frame] - turned(heading, frame, stop, turns)
                share = before / (before + after)
                if misplaced(share, told.index(curve) < place, _SHARES["curve"]):
                    yield "curve"


def misplaced(share: float, told_before: bool, least: float) -> bool:
    """Return whether a bend, of which a share lies before a room change, is told on the wrong side of it."""
    return share < least if told_before else share > 1 - least


def turned(heading, start, stop, turns):
    """Return the degrees between two frames that are part of turns."""
    total = 0.0
    for turn in turns:
        low, high = max(turn.start, start), min(turn.end, stop)
        if low < high:
            total += heading[high] - heading[low]
    return total


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
