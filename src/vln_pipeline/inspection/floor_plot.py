"""Top-down maps of a storey with the walks on it."""

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.trajectory import Trajectory

_BLOCKED, _TIGHT = "#3b4252", "#d8dee9"


def plot_floor(floor: FloorMap, walks: Sequence[Trajectory], room_names: Sequence[str] = (), title: str = "") -> bytes:
    """Return a PNG: clearance in shades, what is not navigable in grey, walks from dot (start) to square (goal).

    Args:
        floor: the storey.
        walks: those of them that lie on this storey are drawn.
        room_names: names by the ids of ``floor.room``; an id beyond them stays unnamed.
        title: above the map.
    """
    height, width = floor.esdf.shape
    extent = (
        *floor.origin[:1],
        floor.origin[0] + width * floor.cell,
        floor.origin[1],
        floor.origin[1] + height * floor.cell,
    )
    size = 7.0
    figure = Figure(figsize=(size, max(2.0, size * height / width) + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    solid = np.isnan(floor.ground) | (floor.esdf <= 0)
    base = np.where(solid[..., None], mpl.colors.to_rgb(_BLOCKED), mpl.colors.to_rgb(_TIGHT))
    axes.imshow(base, origin="lower", extent=extent)
    clearance = np.ma.masked_where(~floor.navigable, floor.esdf)
    shades = axes.imshow(clearance, origin="lower", extent=extent, cmap="YlGnBu", vmin=0.0, vmax=2.0)
    for walk, color in zip(walks, _colors(len(walks)), strict=True):
        if walk.floor != floor.index:
            continue
        axes.plot(walk.path[:, 0], walk.path[:, 1], color=color, linewidth=1.4)
        axes.plot(*walk.path[0, :2], "o", color=color, markersize=4)
        axes.plot(*walk.path[-1, :2], "s", color=color, markersize=4)
    for index, name in enumerate(room_names):
        cells = np.argwhere(floor.room == index)
        if name and len(cells):
            x, y = floor.to_world(np.median(cells, axis=0))
            axes.text(x, y, name, ha="center", fontsize=7, color="#bf616a")
    axes.set(xlabel="x [m]", ylabel="y [m]", title=title, aspect="equal")
    figure.colorbar(shades, ax=axes, shrink=0.7, label="clearance [m]")
    return png(figure)


def png(figure: Figure) -> bytes:
    """Return a figure as PNG bytes that do not depend on the time or the library's version."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _colors(count: int) -> NDArray[np.float64]:
    return mpl.colormaps["turbo"](np.linspace(0.05, 0.95, max(count, 1)))[:count]
