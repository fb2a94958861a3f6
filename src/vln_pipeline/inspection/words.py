"""Where the instructions lead, for the report."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vln_pipeline.inspection.floor_plot import png
from vln_pipeline.inspection.page import Picture, Section, table_of
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.labelling.verify.verdict import Verdict


def words_sections(labelled: Sequence[LabelledWalks]) -> tuple[Section, ...]:
    """Return what a follower that only has the words makes of them; nothing where none was asked.

    Args:
        labelled: the labels of all slices.
    """
    verdicts = [verdict for walks in labelled for labels in walks.kept for verdict in labels.verdicts]
    if not verdicts:
        return ()
    told = {
        "wordings followed": f"{len(verdicts)}",
        "mean probability of ending within 3 m": f"{np.mean([v.within_3m for v in verdicts]):.2f}",
        "within 1 m": f"{np.mean([v.within_1m for v in verdicts]):.2f}",
        "mean ambiguity, bits": f"{np.mean([v.ambiguity for v in verdicts]):.1f}",
        "lead nowhere": f"{np.mean([bool(v.failing) for v in verdicts]):.1%}",
        "contradict their walk": f"{np.mean([bool(v.contradictions) for v in verdicts]):.1%}",
    }
    text = "A follower that only has the words and sees what is in view, see the page on words in the documentation."
    picture = Picture(plot_verdicts(verdicts), "where followers end")
    return (Section("Where the words lead", text, table_of(["", ""], list(told.items())), pictures=(picture,)),)


def plot_verdicts(verdicts: Sequence[Verdict]) -> bytes:
    """Return a PNG with histograms of the probabilities and of the ambiguity."""
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    titles = {
        "within_3m": "probability within 3 m",
        "within_1m": "probability within 1 m",
        "ambiguity": "ambiguity, bits",
    }
    for axes, (name, title) in zip(figure.subplots(1, 3), titles.items(), strict=True):
        axes.hist([getattr(verdict, name) for verdict in verdicts], bins=20, color="#5e81ac")
        axes.set(title=title, ylabel="wordings")
    return png(figure)
