"""Histograms of what the filter measures, with its thresholds."""

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vln_pipeline.inspection.floor_plot import png

_MEASURES = ("entropy", "categories", "structural", "near", "unlabelled", "landmark")


def plot_information(frames: pd.DataFrame) -> bytes:
    """Return a PNG with one histogram per measure, kept frames above rejected ones.

    Args:
        frames: the measures and ``reason``, as in ``Selection.frames``.
    """
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    kept = frames.reason == ""
    for axes, name in zip(figure.subplots(2, 3).ravel(), _MEASURES, strict=True):
        values = [frames.loc[kept, name], frames.loc[~kept, name]]
        axes.hist(values, bins=20, stacked=True, color=["#5e81ac", "#bf616a"], label=["kept", "rejected"])
        axes.set(title=name, ylabel="frames")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return png(figure)
