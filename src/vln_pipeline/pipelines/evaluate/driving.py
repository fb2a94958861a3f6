"""The node that lets agents drive: one task per scene and agent."""

from __future__ import annotations

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.vln.agents.entrant import Entrant
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.evaluation.vln.drive_config import DriveConfig
from vln_pipeline.pipelines.trained_models import AgentModels, TrainedModels, opened
from vln_pipeline.runtime.workplace import Workplace


def drive_episodes(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    episodes: dict[str, Item],
    system2: dict[str, Item],
    joint: dict[str, Item],
    system1: dict[str, Item],
    seq2seq: dict[str, Item],
    cma: dict[str, Item],
    rdp: dict[str, Item],
    streamvln: dict[str, Item],
    config: EvaluateConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one driving task per scene and agent."""
    trained = TrainedModels.of(system2, joint, system1, seq2seq, cma, rdp, streamvln)
    return {
        f"{key}.{entrant.name}": Task(
            drive_agent,
            scenes[key],
            maps[key],
            asked,
            entrant,
            trained.models_of(entrant),
            config.drive,
            seed,
        )
        for key, asked in episodes.items()
        for entrant in trained.entrants(config.agents)
    }


def told(key: str) -> tuple[str, str]:
    """Return scene and agent of a key of the store of drives; agents may have dots in their names, scenes have none."""
    scene, _, agent = key.partition(".")
    return scene, agent


def drive_agent(
    scene: Item,
    nav: Item,
    episodes: Item,
    entrant: Entrant,
    models: AgentModels,
    config: DriveConfig,
    seed: int,
    place: Workplace,
) -> None:
    """Drive one scene's episodes with one agent."""
    from vln_pipeline.evaluation.vln import drives_archive  # compiles: only in the process that works
    from vln_pipeline.evaluation.vln.rollout import drive_scene
    from vln_pipeline.evaluation.world.backend import open_world

    loaded, seen, asked = scene(), nav(), episodes()
    world = open_world(config.embodied, lambda _: (loaded, seen), seed=seed, cache=place.cache)
    agent = opened(entrant, models, config.rules, place.threads)
    try:
        world.load(loaded.id)
        driven = drive_scene(world, asked, entrant.name, agent, config.rules, seed)
    finally:
        agent.close()
        world.close()
    drives_archive.write(driven, asked, place.directory)
