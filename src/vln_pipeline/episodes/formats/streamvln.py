"""StreamVLN's intermediate format (Wei et al. 2025): frames and actions of each walk, without poses.

::

    annotations.json     [{id, video, instructions: [text, ..], actions: [-1, 1, ..]}, ..]
    <video>/rgb/001.jpg  one frame for each action, which is the one that led to it; STOP follows the last frame

A video is called ``images/<scene>_<dataset>_<episode>``.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.episode import Rejection
from vln_pipeline.episodes.formats.fields import name_of, require, text
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import whole
from vln_pipeline.episodes.formats.truth import Recording, motions
from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder

ANNOTATIONS = "annotations.json"
_VIDEO = re.compile(r"(.+)_([A-Za-z0-9-]+)_(\d+)")
_NO_ACTION = -1


@dataclass(frozen=True)
class AnnotatedWalk:
    """One entry and its frames.

    Attributes:
        id: as in the file.
        scene: name of the scene.
        dataset: short name of the data set, for instance "r2r".
        episode: id in that data set, without leading zeros.
        instructions: wordings of the route.
        actions: (K,) int8 motion actions, the one after each frame but the last.
        frames: K + 1 images in order.
    """

    id: str
    scene: str
    dataset: str
    episode: str
    instructions: tuple[str, ...]
    actions: NDArray[np.int8]
    frames: tuple[Path, ...]


def read(root: Path, most: float = 2.0) -> tuple[tuple[AnnotatedWalk, ...], tuple[Rejection, ...]]:
    """Return the walks of a folder, and the entries that are none.

    Args:
        root: folder with ``annotations.json``.
        most: largest size of that file, GiB.

    Raises:
        DataError: the file cannot be read, or no entry of it can be used.
    """
    folder = Folder(root, most)
    kept: list[AnnotatedWalk] = []
    rejected: list[Rejection] = []
    for number, row in enumerate(_entries(root, most)):
        try:
            walk = _walk(row)
            kept.append(_with_frames(walk, str(row["video"]), folder))
        except (ValueError, DataError) as error:
            rejected.append(Rejection(str(row.get("id", number)) if isinstance(row, dict) else str(number), str(error)))
    if not kept:
        first = f", the first: {rejected[0].reason}" if rejected else ""
        raise DataError(ANNOTATIONS, f"none of {len(rejected)} walks can be used{first}", "check the folder")
    return tuple(kept), tuple(rejected)


def recordings(root: Path, most: float) -> dict[str, Recording]:
    """Return the actions of each episode, for episode files of the same data set; frames are not looked at.

    Raises:
        DataError: ``annotations.json`` cannot be read.
    """
    found: dict[str, Recording] = {}
    for row in _entries(root, most):
        try:
            walk = _walk(row)
        except ValueError:
            continue  # an entry that tells no episode is no episode's recording
        found[walk.episode] = Recording(walk.actions, None)
    return found


def write(walks: Iterable[AnnotatedWalk], root: Path) -> None:
    """Write walks into an empty folder; frames are linked where the file system allows, else copied."""
    rows = []
    for walk in walks:
        video = f"images/{walk.scene}_{walk.dataset}_{int(walk.episode):06d}"
        folder = root / video / "rgb"
        folder.mkdir(parents=True)
        for number, frame in enumerate(walk.frames, start=1):
            _place(frame, folder / f"{number:03d}{frame.suffix}")
        actions = [_NO_ACTION, *walk.actions.tolist()]
        rows.append({"id": int(walk.id), "video": video, "instructions": list(walk.instructions), "actions": actions})
    (root / ANNOTATIONS).write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _entries(root: Path, most: float) -> Iterator[Any]:
    found = whole(read_text(root / ANNOTATIONS, most), ANNOTATIONS)
    if not isinstance(found, list):
        raise DataError(ANNOTATIONS, "is no list of walks", "use StreamVLN's annotations.json")
    yield from found


def _walk(row: Any) -> AnnotatedWalk:
    """Return an entry without its frames."""
    video = text(row, "video")
    match = _VIDEO.fullmatch(video.rpartition("/")[2])
    if match is None:
        raise ValueError(f"video {video[:60]!r} is not named <scene>_<dataset>_<episode>")
    actions = require(row, "actions")
    if not isinstance(actions, list) or not actions or actions[0] != _NO_ACTION:
        raise ValueError("actions does not begin with -1")
    told = require(row, "instructions")
    if not isinstance(told, list) or not told:
        raise ValueError("instructions is no list of words")
    scene, dataset, episode = match.groups()
    wordings = tuple(text({"instructions": words}, "instructions") for words in told)
    return AnnotatedWalk(
        name_of(row, "id"), scene, dataset, str(int(episode)), wordings, motions(actions[1:], stops=False), ()
    )


def _with_frames(walk: AnnotatedWalk, video: str, folder: Folder) -> AnnotatedWalk:
    rgb = folder.find(f"{video}/rgb", referrer=ANNOTATIONS)
    frames = sorted((f for f in rgb.iterdir() if f.suffix in (".jpg", ".png")), key=_number) if rgb else []
    if len(frames) != len(walk.actions) + 1:
        raise ValueError(f"{video}/rgb has {len(frames)} frames for {len(walk.actions) + 1} actions")
    return replace(walk, frames=tuple(frames))


def _number(frame: Path) -> int:
    if not frame.stem.isdecimal():
        raise ValueError(f"frame {frame.name[:40]!r} has no number")
    return int(frame.stem)


def _place(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
