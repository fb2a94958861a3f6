"""The report of a comparison of agents."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from vln_pipeline.evaluation.vln.compare_config import CompareConfig
from vln_pipeline.evaluation.vln.comparison import PAIRED, Compared, Difference
from vln_pipeline.evaluation.vln.drive import DriveSet
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.training_cost import Cost
from vln_pipeline.inspection.estimate_cell import estimate_cell
from vln_pipeline.inspection.page import Page, Picture, Section, Table, table_of
from vln_pipeline.inspection.vln_page import SHOWN
from vln_pipeline.inspection.ways_plot import plot_ways
from vln_pipeline.planning.navigation_map import NavigationMap

_COLUMNS = ("SR", "OSR", "SPL", "NE", "nDTW", "SDTW", "CLS", "CR")
_DIGITS = 3


def compare_page(
    compared: Sequence[Compared],
    reference: str,
    costs: Mapping[str, Cost],
    results: pd.DataFrame,
    drives: Mapping[tuple[str, str], Callable[[], DriveSet]],
    maps: Mapping[str, Callable[[], NavigationMap]],
    config: CompareConfig,
) -> Page:
    """Return the page; drives are loaded scene by scene.

    Args:
        compared: all agents.
        reference: the one that the others were tested against.
        costs: of those that were trained, by family.
        results: every metric of every episode and agent.
        drives: loaders by scene and agent.
        maps: loaders by scene.
        config: of the run.
    """
    text = f"Each agent less {reference}, episode by episode: mean, 95 % interval, p of the sign-flip test over homes."
    sections = (
        Section("Agents", "Means with 95 % intervals over homes and episodes.", _metrics(compared)),
        Section(f"Against {reference}", text, _differences(compared)),
        Section("Cost", table=_costs(compared, costs)),
        Section(
            "Ways",
            "Episodes on which the agents differ most; of several seeds of a training, the first.",
            pictures=_maps(compared, results, drives, maps, config.maps),
        ),
    )
    definitions = ", ".join(results["definition"].unique())
    asked = len(results.drop_duplicates(["scene", "episode"]))
    return Page("Agents compared", f"{asked} episodes, metrics by {definitions}.", sections)


def _metrics(compared: Sequence[Compared]) -> Table:
    head = ["agent", "episodes", *(SHOWN[name][0] for name in _COLUMNS)]
    rows = [
        [
            _name(one),
            str(one.episodes),
            *(estimate_cell(one.metrics[name], *SHOWN[name][1:]) for name in _COLUMNS),
        ]
        for one in compared
    ]
    return table_of(head, rows)


def _differences(compared: Sequence[Compared]) -> Table:
    rows = [
        [
            one.family,
            *(_tested(one.differences[name]) for name in PAIRED),
        ]
        for one in compared
        if one.differences
    ]
    return table_of(["agent", *(f"{name} [points]" for name in PAIRED)], rows)


def _costs(compared: Sequence[Compared], costs: Mapping[str, Cost]) -> Table:
    head = ["agent", "parameters", "training samples", "hours of training", "on", "models, ms an action"]
    rows = []
    for one in compared:
        cost = costs.get(one.family)
        told = ["", "", "", ""]
        if cost is not None:
            told = [f"{cost.parameters:,}", f"{cost.samples:,}", f"{cost.hours:.{_DIGITS}g}", cost.devices]
        rows.append([one.family, *told, f"{1000 * one.seconds:.1f}" if one.seconds == one.seconds else ""])
    return table_of(head, rows)


def _maps(
    compared: Sequence[Compared],
    results: pd.DataFrame,
    drives: Mapping[tuple[str, str], Callable[[], DriveSet]],
    maps: Mapping[str, Callable[[], NavigationMap]],
    count: int,
) -> tuple[Picture, ...]:
    first = {one.members[0]: one.family for one in compared}
    rows = results[results["agent"].isin(first)]
    spread = rows.groupby(["scene", "episode"], sort=True)[["SR", "nDTW"]].std().fillna(0.0)
    chosen = spread.sort_values(["SR", "nDTW"], ascending=False, kind="stable").head(count).index
    pictures = {}
    for scene in sorted({scene for scene, _ in chosen}):
        nav = maps[scene]()
        driven = {family: drives[scene, agent]() for agent, family in first.items() if (scene, agent) in drives}
        tracks = {f: {d.episode.id: d for d in one.drives} for f, one in driven.items()}
        success = PROTOCOLS[next(iter(driven.values())).protocol].success_distance
        for episode in (name for where, name in chosen if where == scene):
            found = {family: by[episode] for family, by in tracks.items() if episode in by}
            asked = next(iter(found.values())).episode
            ways = {family: drive.track for family, drive in found.items()}
            image = plot_ways(nav.maps[asked.floor], asked, ways, success)
            pictures[scene, episode] = Picture(image, f"{scene}, {episode}: {asked.instruction}")
    return tuple(pictures[key] for key in chosen)


def _name(one: Compared) -> str:
    return one.family if len(one.members) == 1 else f"{one.family} x {len(one.members)}"


def _tested(difference: Difference) -> str:
    return f"{estimate_cell(difference.estimate, 100, 1)}, p {difference.p:.2g}"
