"""What the lineage page shows of a store: one picture or one short table, from its first items.

Every function takes the loaders of a version's items by key.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.episode import EpisodeSet
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.filtering.selection import Selection
from vln_pipeline.inspection.contact_sheet import contact_sheet, encode_png
from vln_pipeline.inspection.floor_plot import plot_floor, png
from vln_pipeline.inspection.histogram import plot_information
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import Plans
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.comparison import Comparison
from vln_pipeline.rendering.footage import Footage, camera_name
from vln_pipeline.scenes.report import report
from vln_pipeline.scenes.scene import Scene

_ROWS = 12


def scenes_table(items: Mapping[str, Callable[[], Scene]]) -> pd.DataFrame:
    """Return one row per scene: extent, triangles, rooms, objects."""
    rows = []
    for load in _first(items.values(), _ROWS):
        figures = report(load())
        extent = " x ".join(f"{size:.1f}" for size in figures.extent)
        objects = sum(figures.categories.values())
        rows.append((figures.scene, extent, figures.triangles, sum(figures.rooms.values()), objects))
    return pd.DataFrame(rows, columns=["scene", "extent [m]", "triangles", "rooms", "objects"])


def floors_picture(items: Mapping[str, Callable[[], NavigationMap]]) -> bytes:
    """Return the clearance map of the first scene's lowest storey."""
    nav = next(iter(items.values()))()
    return plot_floor(nav.floors[0], [], title=f"{nav.scene}, storey 0")


def walks_picture(items: Mapping[str, Callable[[], Plans]]) -> bytes:
    """Return the first scene's walks, seen from above."""
    plans = next(iter(items.values()))()
    figure = Figure(figsize=(6, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlabel="x [m]", ylabel="y [m]", title=plans.scene, aspect="equal")
    for walk in plans.trajectories:
        axes.plot(walk.path[:, 0], walk.path[:, 1])
        axes.plot(*walk.path[0, :2], "ko", markersize=3)
    return png(figure)


def frames_picture(items: Mapping[str, Callable[[], Footage]]) -> bytes:
    """Return frames of the first walk with depth and masks."""
    footage = next(iter(items.values()))()
    walk = footage.index.trajectories[0]
    rig = footage.rig(Motion.CONTINUOUS, walk)
    camera = camera_name(rig, rig.settings[0])
    frames = np.linspace(0, len(footage.poses(walk, camera)) - 1, 4).round().astype(int).tolist()
    return contact_sheet(
        [footage.rgb(walk, camera, f) for f in frames],
        [footage.depth(walk, camera, f, rig.depth_unit) for f in frames],
        [footage.ids(walk, camera, "semantic", f) for f in frames],
        [footage.ids(walk, camera, "instance", f) for f in frames],
    )


def backends_picture(items: Mapping[str, Callable[[], Comparison]]) -> bytes:
    """Return the first scene's view by every backend, side by side."""
    comparison = next(iter(items.values()))()
    return encode_png(np.concatenate([views[0] for views in comparison.images.values()], axis=1))


def instructions_table(items: Mapping[str, Callable[[], LabelledWalks]]) -> pd.DataFrame:
    """Return walks and their whole-route instructions."""
    labels = (label for load in items.values() for label in load().kept)
    rows = [(label.trajectory, label.sum_instruction) for label in _first(labels, _ROWS)]
    return pd.DataFrame(rows, columns=["walk", "instruction"])


def information_picture(items: Mapping[str, Callable[[], Selection]]) -> bytes:
    """Return histograms of what the filter measured."""
    frames = [load().frames for load in _first(items.values(), _ROWS)]
    return plot_information(pd.concat(frames, ignore_index=True))


def datasets_table(items: Mapping[str, Callable[[], tuple[ExportedDataset, ...]]]) -> pd.DataFrame:
    """Return one row per exported dataset."""
    rows = []
    for key, load in _first(items.items(), _ROWS):
        for dataset in load():
            told = dataset.info
            rows.append((key, dataset.dialect, dataset.version, told["total_episodes"], told["total_frames"]))
    return pd.DataFrame(rows, columns=["scene", "dialect", "version", "episodes", "frames"])


def joined_table(items: Mapping[str, Callable[[], ExportedDataset]]) -> pd.DataFrame:
    """Return one row per dataset of all scenes."""
    rows = [
        (key, len(told.scenes), *(told.info[f"total_{what}"] for what in ("episodes", "frames", "tasks")))
        for key, load in items.items()
        for told in (load(),)
    ]
    return pd.DataFrame(rows, columns=["dataset", "scenes", "episodes", "frames", "tasks"])


def episodes_table(items: Mapping[str, Callable[[], EpisodeSet]]) -> pd.DataFrame:
    """Return episodes with the length of their shortest way and how much longer that is than the straight one."""
    rows = [
        (drawn.scene, episode.id, *((told.geodesic, told.geodesic / told.straight) if (told := episode.target) else ()))
        for drawn in (load() for load in _first(items.values(), _ROWS))
        for episode in drawn.episodes
    ]
    return pd.DataFrame(rows[:_ROWS], columns=["scene", "episode", "shortest way [m]", "of the straight one"])


def drives_picture(items: Mapping[str, Callable[[], DriveSet]]) -> bytes:
    """Return how the drives of every agent ended, a bar per agent."""
    driven = [load() for load in items.values()]
    ends = pd.DataFrame(
        [(f"{d.family}{', recovery' if d.recovery else ''}", drive.ending.value) for d in driven for drive in d.drives],
        columns=["agent", "ending"],
    )
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    pd.crosstab(ends["agent"], ends["ending"], normalize="index").plot.barh(stacked=True, ax=axes)
    axes.set(xlabel="share of drives", ylabel="")
    return png(figure)


def _first(values: Iterable[Any], count: int) -> list[Any]:
    return list(islice(values, count))
