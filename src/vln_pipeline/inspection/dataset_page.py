"""A page to leaf through the episodes of a dataset: self-contained, with a script of its own and no outside address."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, select_autoescape

from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.episode_strip import EpisodeStrip, episode_strip

_WORDS = 40
"""Most frequent words that are listed."""


def dataset_page(dataset: ExportedDataset, episodes: Iterable[int]) -> str:
    """Return the page of some episodes of a dataset, and the figures of these.

    Raises:
        DataError: an image is missing or broken.
    """
    strips = [episode_strip(dataset, episode) for episode in episodes]
    templates = Environment(
        loader=PackageLoader("vln_pipeline.inspection", "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    info = dataset.info
    lead = (
        f"{info['total_episodes']} episodes, {info['total_frames']} frames, {len(dataset.scenes)} scenes, "
        f"LeRobot {dataset.version}; {len(strips)} episodes are shown."
    )
    # A closing tag in an instruction must not end the script that it stands in.
    data = json.dumps([strip.record() for strip in strips], ensure_ascii=True).replace("<", "\\u003c")
    return templates.get_template("dataset.html").render(
        title=f"{dataset.dialect}, {dataset.scene}",
        lead=lead,
        data=data,
        scenes=sorted({strip.scene for strip in strips}),
        figures=figures(strips),
        words=_words(strips),
    )


def figures(strips: Sequence[EpisodeStrip]) -> list[tuple[str, str]]:
    """Return what the shown episodes are like: least, median and greatest."""
    told: list[tuple[str, Sequence[float], str]] = [
        ("length of the way", [strip.length for strip in strips], "m"),
        ("turns", [strip.turned for strip in strips], "degrees"),
        ("frames", [len(strip.way) for strip in strips], ""),
        ("nearest surface seen", [s.clearance for s in strips if s.clearance is not None], "m"),
        ("words of an instruction", [len(text.split()) for strip in strips for text in strip.wordings], ""),
    ]
    return [(name, _spread(values, unit)) for name, values, unit in told if len(values)]


def _spread(values: Sequence[float], unit: str) -> str:
    low, middle, high = np.quantile(values, [0, 0.5, 1])
    return f"{low:.3g} to {high:.3g} {unit}, median {middle:.3g}".replace(" ,", ",")


def _words(strips: Sequence[EpisodeStrip]) -> dict[str, Any]:
    counted: Counter[str] = sum((strip.words() for strip in strips), Counter())
    return {"distinct": len(counted), "all": counted.total(), "most": counted.most_common(_WORDS)}
