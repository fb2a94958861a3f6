"""The picture of a training's losses."""

from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_WINDOWS = 50


def plot_curve(log: pd.DataFrame, path: Path) -> None:
    """Write a PNG of the training loss, as it was and smoothed, and of the validation loss.

    Args:
        log: one row a step, with ``step``, ``loss`` and, where it was validated, ``validation/loss``.
        path: of the PNG.
    """
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    smooth = log.loss.rolling(max(1, len(log) // _WINDOWS), min_periods=1).mean()
    axes.plot(log.step, log.loss, color="#d8dee9", linewidth=0.6)
    axes.plot(log.step, smooth, color="#5e81ac", label="training")
    validated = log.dropna(subset="validation/loss")
    axes.plot(validated.step, validated["validation/loss"], "o-", color="#bf616a", markersize=3, label="validation")
    axes.set(xlabel="step", ylabel="loss", yscale="log")
    axes.legend()
    figure.savefig(path, dpi=120)
