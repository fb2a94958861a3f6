"""The node that lets agents drive: one task per scene and agent, with recovery and without."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.system1.agents.entrant import Entrant, entrants
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.pipelines.evaluate_system1.drive_key import drive_key
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.evaluation.system1.agents.team import Truth


def drive_episodes(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    episodes: dict[str, Item],
    networks: dict[str, Item],
    config: EvaluateSystem1Config,
    seed: int,
) -> dict[str, Task]:
    """Return one driving task per scene, agent and kind of recovery."""
    competing = entrants(config.agents, networks)
    return {
        drive_key(key, entrant.name, recovers): Task(
            drive_agent,
            scenes[key],
            maps[key],
            drawn,
            entrant,
            networks.get(entrant.network),
            config.drive,
            recovers,
            seed,
        )
        for key, drawn in episodes.items()
        for entrant in competing
        for recovers in config.recovery
    }


def drive_agent(
    scene: Item,
    nav: Item,
    episodes: Item,
    entrant: Entrant,
    network: Item | None,
    config: DriveConfig,
    recovers: bool,
    seed: int,
    place: Workplace,
) -> None:
    """Drive one scene's episodes with one agent."""
    from vln_pipeline.evaluation.system1 import drives_archive  # compiles: only in the process that works
    from vln_pipeline.evaluation.system1.agents.open_team import open_team
    from vln_pipeline.evaluation.system1.rollout import drive_scene

    drawn = episodes()
    truth = _truth(scene, nav, len(drawn.episodes), config, seed, place.cache)
    team = open_team(entrant, None if network is None else network().best, place.threads)
    try:
        driven = drive_scene(truth, drawn, entrant.name, team, config, recovers=recovers, seed=seed)
    finally:
        team.close()
    drives_archive.write(driven, drawn, place.directory)


@lru_cache(maxsize=1)
def _truth(scene: Item, nav: Item, goals: int, config: DriveConfig, seed: int, cache: Path) -> Truth:
    """Return the loaded world; a process keeps the last one, since the agents of a scene follow each other."""
    from vln_pipeline.evaluation.system1.agents.team import Truth
    from vln_pipeline.evaluation.world.backend import open_world

    loaded, seen = scene(), nav()
    # All robots of a scene drive side by side: with fewer fields than goals, each step would make them anew.
    kept = config.world.model_copy(update={"goals_kept": max(config.world.goals_kept, goals)})
    world = open_world(kept, lambda _: (loaded, seen), seed=seed, cache=cache)
    world.load(loaded.id)
    return Truth(world, seen)
