"""Nodes of the probes of System 1."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.system1.agents.entrant import Entrant, entrants
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.evaluate_system1.nodes import split_scenes
from vln_pipeline.pipelines.table import Table
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vln_pipeline.evaluation.system1.agents.team import Truth

_LOG = logging.getLogger(__name__)


def list_probe_scenes(config: ExamineSystem1Config, seed: int) -> dict[str, Task]:
    """Return one loading task per scene of all sources."""
    return split_scenes(config.scenes, config.split, seed)


def map_probe_scenes(scenes: dict[str, Item], config: ExamineSystem1Config) -> dict[str, Task]:
    """Return one mapping task per scene."""
    return map_scenes(scenes, config.esdf)


def probe_agents(
    scenes: dict[str, Item], maps: dict[str, Item], networks: dict[str, Item], config: ExamineSystem1Config, seed: int
) -> dict[str, Task]:
    """Return one task per agent."""
    worlds = {key: (scenes[key], maps[key]) for key in maps}
    return {
        entrant.name: Task(probe_agent, worlds, entrant, networks.get(entrant.network), config, seed)
        for entrant in entrants(config.agents, networks)
    }


def probe_agent(
    worlds: dict[str, tuple[Item, Item]],
    entrant: Entrant,
    network: Item | None,
    config: ExamineSystem1Config,
    seed: int,
    place: Workplace,
) -> None:
    """Ask one agent in all scenes, one scene in memory at a time."""
    from vln_pipeline.evaluation.probes import archive  # loads pandas and compiles: only in the process that works
    from vln_pipeline.evaluation.probes.examination import examine
    from vln_pipeline.evaluation.probes.figures import figures
    from vln_pipeline.evaluation.probes.verdict import verdict
    from vln_pipeline.evaluation.system1.agents.open_team import open_team

    team = open_team(entrant, None if network is None else network().best, place.threads)
    try:
        truths = _truths(worlds, config, seed, place)
        answers = list(examine(truths, team, entrant.name, config, seed))
    finally:
        team.close()
    found = figures(answers, config.esdf.radius)
    archive.write(answers, found, verdict(found, config.bars), place.directory)


def tell_verdicts(probes: dict[str, Item]) -> Table:
    """Return one row per agent, and print what the figures mean."""
    import pandas as pd  # only when it runs

    probed = {name: item() for name, item in probes.items()}
    rows = [{"agent": name, **one.figures(), "verdict": one.verdict()} for name, one in probed.items()]
    for row in rows:
        _LOG.info("%s: %s", row["agent"], row["verdict"])
    return pd.DataFrame(rows)


def write_page(figures: Table, probes: dict[str, Item], config: ExamineSystem1Config, seed: int) -> str:
    """Return the report as one HTML page."""
    from vln_pipeline.inspection.page import render_page
    from vln_pipeline.inspection.probes_page import probes_page

    return render_page(probes_page(figures, {name: item() for name, item in probes.items()}, config, seed))


def _truths(
    worlds: dict[str, tuple[Item, Item]], config: ExamineSystem1Config, seed: int, place: Workplace
) -> Iterator[Truth]:
    """Yield the scenes as loaded worlds with their maps."""
    from vln_pipeline.evaluation.system1.agents.team import Truth
    from vln_pipeline.evaluation.world.backend import open_world

    for scene, nav in worlds.values():
        held = scene(), nav()
        world = open_world(config.world, {held[0].id: held}.__getitem__, seed=seed, cache=place.cache)
        try:
            world.load(held[0].id)
            yield Truth(world, held[1])
        finally:
            world.close()
