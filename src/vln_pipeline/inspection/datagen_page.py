"""The report of a data generation run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from vln_pipeline.filtering.selection import Selection
from vln_pipeline.inspection.contact_sheet import encode_jpeg
from vln_pipeline.inspection.floor_plot import plot_floor
from vln_pipeline.inspection.funnel import funnel_table
from vln_pipeline.inspection.histogram import plot_information
from vln_pipeline.inspection.page import Page, Picture, Section, table_of
from vln_pipeline.inspection.quality_table import quality_table
from vln_pipeline.inspection.walk_pictures import route_picture, sheet_picture
from vln_pipeline.inspection.words import words_sections
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.planning.endpoint_pairs import EndpointPairs
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import Plans
from vln_pipeline.rendering.comparison import Comparison
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.scenes.report import report
from vln_pipeline.scenes.scene import Scene

_SCENES = 12
"""Scenes that are shown with pictures."""
_MEASURED = 200
"""Scenes, or slices, evenly spread over all, that figures are taken from; the page must not need the memory of a
whole dataset. The table from pairs to walks counts everything."""
_WALKS = 3
"""Walks per scene that are shown with their instruction."""


@dataclass(frozen=True)
class DatagenResults:
    """Loaders of what a run made, by key; keys of slices are "<scene>.<number>".

    Attributes:
        scenes, maps, pairs, plans, comparisons: by scene.
        footage, labels, selections: by slice.
    """

    scenes: Mapping[str, Callable[[], Scene]]
    maps: Mapping[str, Callable[[], NavigationMap]]
    pairs: Mapping[str, Callable[[], EndpointPairs]]
    plans: Mapping[str, Callable[[], Plans]]
    comparisons: Mapping[str, Callable[[], Comparison]]
    footage: Mapping[str, Callable[[], Footage]]
    labels: Mapping[str, Callable[[], LabelledWalks]]
    selections: Mapping[str, Callable[[], Selection]]


def datagen_page(results: DatagenResults, facts: Mapping[str, object], parameters: Mapping[str, object]) -> Page:
    """Return the page; scenes are loaded one at a time.

    Args:
        results: what the run made.
        facts: what to say about the run itself, by name.
        parameters: of the run, by name.
    """
    frames = pd.concat([results.selections[key]().frames for key in _spread(results.selections)], ignore_index=True)
    funnel = funnel_table(
        (load() for load in results.pairs.values()),
        (load() for load in results.plans.values()),
        (load() for load in results.labels.values()),
        (load() for load in results.selections.values()),
    )
    measured = _spread(results.plans)
    walks = [walk for key in measured for walk in results.plans[key]().trajectories]
    maps = {key: results.maps[key]() for key in measured}
    overview = (
        Section("Run", table=table_of(["", ""], list(facts.items()))),
        Section("From pairs to walks", table=funnel),
        *words_sections([load() for load in results.labels.values()]),
        Section("Walks", f"Measured on {len(measured)} scenes.", quality_table(walks, maps)),
        Section("Information in frames", pictures=(Picture(plot_information(frames), "measured frames"),)),
    )
    shown = list(results.scenes)[:_SCENES]
    stories = tuple(_scene_section(key, results, results.maps[key]()) for key in shown if key in results.plans)
    compared = tuple(_comparison_section(results.comparisons[key]()) for key in shown if key in results.comparisons)
    told = Section("Parameters", table=table_of(["", ""], list(parameters.items())), folded=True)
    return Page("Data generation", f"{len(results.scenes)} scenes.", (*overview, *stories, *compared, told))


def _spread(loaders: Mapping[str, object]) -> list[str]:
    keys = list(loaders)
    return keys[:: max(1, -(-len(keys) // _MEASURED))]


def _scene_section(key: str, results: DatagenResults, nav: NavigationMap) -> Section:
    scene, plans = results.scenes[key](), results.plans[key]()
    names = [room.name.replace("_", " ") for room in scene.rooms]
    maps = [
        Picture(plot_floor(floor, plans.trajectories, names), f"storey {floor.index}, floor at {floor.height:.2f} m")
        for floor in nav.floors
    ]
    maps += [
        Picture(
            plot_floor(flight.map, plans.trajectories, names),
            f"stairs from storey {flight.lower} to {flight.upper}, with the floor around both ends",
        )
        for flight in nav.flights
    ]
    pictures: list[Picture] = []
    by_id = {walk.id: walk for walk in plans.trajectories}
    for part in (p for p in results.labels if p.rpartition(".")[0] == key):
        footage = results.footage[part]()
        for labels in results.labels[part]().kept[: _WALKS - len(pictures)]:
            pictures.append(route_picture(footage, by_id[labels.trajectory], labels))
            if len(pictures) == 1:
                maps.append(sheet_picture(footage, by_id[labels.trajectory]))
        if len(pictures) >= _WALKS:
            break
    figures = report(scene, nav)
    rows = [
        ("extent", " x ".join(f"{size:.1f}" for size in figures.extent) + " m"),
        ("triangles", f"{figures.triangles:,}"),
        ("free floor", ", ".join(f"{storey.free_area:.1f} m2" for storey in figures.storeys)),
        *(("as published", f"{s.overlap:.0%} of the free floor") for s in figures.storeys if s.overlap is not None),
        *(("left out", place) for place in figures.left_out),
        ("rooms", _counts(figures.rooms) or "not known"),
        ("objects", _counts(figures.categories)),
        *(("decided", decision) for decision in figures.decisions),
        ("defects", "; ".join(figures.defects) or "none"),
    ]
    return Section(f"Scene {key}", table=table_of(["", ""], rows), pictures=(*maps, *pictures))


def _comparison_section(comparison: Comparison) -> Section:
    pictures = tuple(
        Picture(encode_jpeg(views[0]), f"{name}{_likeness(comparison.similarity.get(name))}")
        for name, views in comparison.images.items()
        if views
    )
    left_out = "; ".join(comparison.missing.values())
    text = "The same view by every backend; SSIM is against the first."
    return Section(f"Backends, {comparison.scene}", f"{text} {left_out}".strip(), pictures=pictures)


def _likeness(similarity: float | None) -> str:
    return "" if similarity is None else f", SSIM {similarity:.3f}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in counts.items())
