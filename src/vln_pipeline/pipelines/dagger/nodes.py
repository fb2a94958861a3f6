"""Nodes of the dagger pipeline: episodes of training walks, and the roll-outs of agents in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.vln.agents.entrant import Entrant
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig, RollOutConfig
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.evaluate.nodes import make_scene_episodes
from vln_pipeline.pipelines.rendering.slices import by_scene
from vln_pipeline.pipelines.trained_models import AgentModels, TrainedModels, opened
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.evaluation.vln.dagger.roll_out import RollOuts


def map_homes(scenes: dict[str, Item], config: DaggerConfig) -> dict[str, Task]:
    """Return one mapping task per scene, for the protocol's body."""
    return map_scenes(scenes, config.floors)


def make_episodes(
    maps: dict[str, Item], walks: dict[str, Item], labels: dict[str, Item], config: DaggerConfig
) -> dict[str, Task]:
    """Return one task per scene that has walks in words."""
    protocol, wanted = config.drive.rules.protocol, (config.wordings, config.most_episodes)
    return {
        key: Task(make_scene_episodes, maps[key], walks[key], tuple(found), protocol, *wanted)
        for key, found in by_scene(labels).items()
        if key in maps
    }


def roll_out_agents(
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
    config: DaggerConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one task per scene and agent."""
    trained = TrainedModels.of(system2, joint, system1, seq2seq, cma, rdp, streamvln)
    return {
        f"{key}.{entrant.name}": Task(
            roll_out_agent,
            scenes[key],
            maps[key],
            asked,
            entrant,
            trained.models_of(entrant),
            config.rolling,
            seed,
        )
        for key, asked in episodes.items()
        for entrant in trained.entrants(config.agents)
    }


def roll_out_agent(
    scene: Item,
    nav: Item,
    episodes: Item,
    entrant: Entrant,
    models: AgentModels,
    config: RollOutConfig,
    seed: int,
    place: Workplace,
) -> RollOuts:
    """Roll one agent out in one scene."""
    from vln_pipeline.evaluation.vln.dagger.roll_out import roll_out_scene  # compiles: only in the process that works
    from vln_pipeline.evaluation.world.backend import open_world

    loaded, seen, asked = scene(), nav(), episodes()
    world = open_world(config.drive.embodied, lambda _: (loaded, seen), seed=seed, cache=place.cache)
    agent = opened(entrant, models, config.drive.rules, place.threads)
    try:
        world.load(loaded.id)
        return roll_out_scene(world, asked, entrant.name, agent, config, seed)
    finally:
        agent.close()
        world.close()
