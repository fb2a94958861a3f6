"""Room-to-Room in its discrete form (Anderson et al. 2018): ``R2R_<split>.json`` and the graphs of viewpoints.

A row is ``{path_id, scan, path: [viewpoint, ..], heading, distance, instructions: [text, ..]}``; a heading of 0 looks
along Matterport3D's +y and grows clockwise. ``<scan>_connectivity.json`` lists viewpoints ``{image_id, pose, height,
included, unobstructed}``: position is in elements 3, 7 and 11 of the camera's pose, and ``height`` is how far above the
floor it stands. Both are z up, as our world is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.episode import Episode, EpisodeSet, Instruction
from vln_pipeline.episodes.formats.fields import name_of, number, require, text
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import whole
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.upright import yaw_of_heading
from vln_pipeline.episodes.quarantine import collect
from vln_pipeline.episodes.scene_names import scene_of
from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder

_HEADINGS = math.radians(30)
"""VLN-CE rounds the headings of R2R to multiples of this."""
_RADIUS = 3.0


@dataclass(frozen=True)
class Graph:
    """The viewpoints of one building.

    Attributes:
        places: (3,) point on the floor of each viewpoint, metres.
        joined: pairs of viewpoints with nothing in between.
    """

    places: dict[str, NDArray[np.float64]]
    joined: frozenset[tuple[str, str]]


def read(source: Source) -> EpisodeSet:
    """Return the episodes of a file: one for each wording of a path.

    Raises:
        DataError: the file cannot be read, or no episode of it can be used.
    """
    if source.graphs is None or not source.graphs.is_dir():
        mend = "set vlnce.episodes.graphs to the folder of <scan>_connectivity.json"
        raise DataError(str(source.graphs or "vlnce.episodes.graphs"), "is no folder of connectivity graphs", mend)
    folder = Folder(source.graphs, source.max_file_size)
    graphs: dict[str, Graph] = {}

    def graph_of(scan: str) -> Graph:
        if scan not in graphs:
            graphs[scan] = _graph(folder, scan)
        return graphs[scan]

    def make(row: Any) -> Episode:
        instruction, scan = Instruction(text(row, "instruction")), scene_of(text(row, "scan"))
        try:
            way = _way(row, graph_of(scan))
        except DataError as error:
            raise ValueError(str(error)) from error
        heading = round(number(row, "heading") / _HEADINGS) * _HEADINGS
        known = len(way) > 1
        return Episode(
            dataset=source.dataset,
            split=source.split,
            id=row["episode_id"],
            trajectory=name_of(row, "path_id"),
            scene=scan,
            instruction=instruction,
            start=np.append(way[0], yaw_of_heading(heading)),
            goal=way[-1] if known else None,
            goal_radius=_RADIUS,
            reference=way if known else np.zeros((0, 3)),
            geodesic=number(row, "distance") if known and row.get("distance") is not None else None,
        )

    found = whole(read_text(source.path, source.max_file_size), source.path.name)
    if not isinstance(found, list):
        raise DataError(source.path.name, "is no list of paths", "use R2R_<split>.json")
    return collect(source.path.name, source.dataset, source.split, _wordings(found), make, source.most_episodes)


def _wordings(paths: list[Any]) -> Iterator[Any]:
    """Yield a row for each instruction of each path; what is no path is handed on, to be rejected."""
    for row in paths:
        told = row.get("instructions") if isinstance(row, dict) else None
        if not isinstance(told, list) or not told or "path_id" not in row:
            yield row
            continue
        for wording, words in enumerate(told):
            yield {**row, "instruction": words, "episode_id": f"{row['path_id']}_{wording}"}


def _way(row: Any, graph: Graph) -> NDArray[np.float64]:
    path = require(row, "path")
    if not isinstance(path, list) or not path or not all(isinstance(name, str) for name in path):
        raise ValueError("path is no list of viewpoints")
    unknown = [name for name in path if name not in graph.places]
    if unknown:
        raise ValueError(f"viewpoint {unknown[0][:40]!r} is not in the graph")
    for here, there in pairwise(path):
        if (here, there) not in graph.joined:
            raise ValueError(f"viewpoints {here[:40]} and {there[:40]} of its path are not joined")
    return np.stack([graph.places[name] for name in path])


def _graph(folder: Folder, scan: str) -> Graph:
    file = folder.file(f"{scan}_connectivity.json", "download R2R's connectivity graphs")
    rows = folder.any_json(file)
    try:
        names = [str(row["image_id"]) for row in rows]
        included = np.array([bool(row["included"]) for row in rows])
        poses = np.array([row["pose"] for row in rows], dtype=np.float64).reshape(len(rows), 4, 4)
        floor = poses[:, 2, 3] - np.array([row["height"] for row in rows], dtype=np.float64)
        free = np.array([row["unobstructed"] for row in rows], dtype=bool).reshape(len(rows), len(rows))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        cause = f"no connectivity graph ({type(error).__name__}: {str(error)[:80]})"
        raise DataError(file.name, cause, "download it again") from error
    if not (np.isfinite(poses).all() and np.isfinite(floor).all()):
        raise DataError(file.name, "has a pose that is not finite", "download it again")
    places = np.column_stack([poses[:, :2, 3], floor])
    edges = np.argwhere(free & included[:, None] & included[None, :])
    return Graph(
        {name: place for name, place, used in zip(names, places, included, strict=True) if used},
        frozenset((names[i], names[j]) for i, j in edges),
    )
