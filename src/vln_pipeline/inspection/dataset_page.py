"""A page to leaf through the walks of a dataset or run: self-contained, with a script and no outside address."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.episode_strip import EpisodeStrip, strip_of
from vln_pipeline.inspection.filmed_walk import walk_of
from vln_pipeline.inspection.run_walks import Judged, filmed_walks
from vln_pipeline.inspection.set_figures import (
    WalkFigures,
    categories,
    information,
    of_dataset,
    of_run,
    spreads,
    vocabulary,
)
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.planning.plan import Plans
from vln_pipeline.rendering.footage import Footage


def dataset_page(dataset: ExportedDataset, episodes: Iterable[int]) -> str:
    """Return the page of some episodes of a dataset, and figures of all of them.

    Raises:
        DataError: an image is missing or broken.
    """
    strips = [strip_of(walk_of(dataset, episode)) for episode in episodes]
    info = dataset.info
    lead = (
        f"{info['total_episodes']} episodes, {info['total_frames']} frames, {len(dataset.scenes)} scenes, "
        f"LeRobot {dataset.version}; {len(strips)} episodes are shown."
    )
    measured = pd.DataFrame([frame.measures for strip in strips for frame in strip.contents])
    return _page(f"{dataset.dialect}, {dataset.scene}", lead, strips, list(of_dataset(dataset)), measured)


def run_page(
    title: str,
    judged: Sequence[Judged],
    shown: Sequence[Judged],
    measured: pd.DataFrame,
    plans: Mapping[str, Callable[[], Plans]],
    footage: Mapping[str, Callable[[], Footage]],
    labels: Mapping[str, Callable[[], LabelledWalks]],
) -> str:
    """Return the page of some walks of a run, kept and rejected.

    Args:
        title: of the page.
        judged: all walks of the run that were filmed.
        shown: those that are shown.
        measured: frames of all walks with what they tell, as ``Selection.frames`` has them.
        plans: loaders of walks, by scene.
        footage: loaders of frames, by slice of walks.
        labels: loaders of instructions, by slice of walks.

    Raises:
        DataError: an image is missing or broken.
    """
    strips = [strip_of(walk) for walk in filmed_walks(shown, footage, labels)]
    reasons = Counter(reason for _, _, reason in judged if reason)
    told = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common()) or "none"
    lead = f"{len(judged)} walks were filmed; rejected: {told}. {len(strips)} walks are shown."
    return _page(title, lead, strips, list(of_run(plans, labels)), measured)


def _page(
    title: str, lead: str, strips: Sequence[EpisodeStrip], walks: Sequence[WalkFigures], measured: pd.DataFrame
) -> str:
    templates = Environment(
        loader=PackageLoader("vln_pipeline.inspection", "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A closing tag in an instruction must not end the script that it stands in.
    data = json.dumps([strip.record() for strip in strips], ensure_ascii=True).replace("<", "\\u003c")
    return templates.get_template("dataset.html").render(
        title=title,
        lead=lead,
        data=data,
        scenes=sorted({strip.scene for strip in strips}),
        splits=sorted({strip.split for strip in strips} - {""}),
        reasons=sorted({strip.reason for strip in strips} - {""}),
        figures=spreads(walks, [strip.clearance for strip in strips if strip.clearance is not None]),
        words=vocabulary(walks),
        frames=sum(len(strip.contents) for strip in strips),
        categories=categories(frame for strip in strips for frame in strip.contents),
        measured=len(measured),
        information=information(measured),
    )
