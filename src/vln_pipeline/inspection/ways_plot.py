"""The ways of several agents through one episode, on the map of the storey."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.inspection.floor_plot import png
from vln_pipeline.planning.navigation_map import FloorMap

_BLOCKED, _TIGHT, _OPEN = "#3b4252", "#d8dee9", "#f5f7fa"
_TOLD = "#2ea043"
_MARGIN = 1.0
"""Floor shown around the ways, metres."""


def plot_ways(floor: FloorMap, episode: Episode, ways: Mapping[str, NDArray[np.float64]], success: float) -> bytes:
    """Return a PNG: the way told (green, dashed) to the goal with its success radius, and each agent's way to its end.

    Args:
        floor: the storey.
        episode: start, reference and goal.
        ways: (T + 1, >= 2) positions by agent, world, metres.
        success: radius around the goal that counts, metres.
    """
    figure = Figure(figsize=(5.2, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    height, width = floor.esdf.shape
    low, high = floor.origin, floor.origin + floor.cell * np.array([width, height])
    colors = [mpl.colors.to_rgb(name) for name in (_OPEN, _TIGHT, _BLOCKED)]
    shade = np.where(floor.navigable, 0, np.where(np.isnan(floor.ground) | (floor.esdf <= 0), 2, 1))
    axes.imshow(np.array(colors)[shade], origin="lower", extent=(low[0], high[0], low[1], high[1]))
    axes.plot(*episode.reference[:, :2].T, "--", color=_TOLD, linewidth=2.0, label="told")
    axes.add_patch(mpl.patches.Circle(tuple(episode.goal[:2]), success, fill=False, color=_TOLD, linewidth=0.8))
    axes.plot(*episode.goal[:2], "*", color=_TOLD, markersize=10)
    for number, (agent, way) in enumerate(ways.items()):
        color = mpl.colormaps["tab10"](number % 10)
        axes.plot(way[:, 0], way[:, 1], color=color, linewidth=1.4, label=agent)
        axes.plot(way[-1, 0], way[-1, 1], "X", color=color, markersize=7)
    axes.plot(*episode.start[:2], "o", color="black", markersize=5)
    shown = np.vstack([episode.reference[:, :2], *(way[:, :2] for way in ways.values())])
    axes.set(
        xlim=(max(low[0], shown[:, 0].min() - _MARGIN), min(high[0], shown[:, 0].max() + _MARGIN)),
        ylim=(max(low[1], shown[:, 1].min() - _MARGIN), min(high[1], shown[:, 1].max() + _MARGIN)),
        xlabel="x [m]",
        ylabel="y [m]",
        aspect="equal",
    )
    figure.legend(loc="outside lower center", ncols=3, fontsize=7)
    return png(figure)
