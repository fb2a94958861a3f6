"""Nodes of the dagger pipeline: episodes of training walks, and the roll-outs of agents in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.vln.agents.entrant import Entrant, entrants
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig, RollOutConfig
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.evaluate.nodes import make_scene_episodes
from vln_pipeline.pipelines.rendering.slices import by_scene
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
    planners: dict[str, Item],
    networks: dict[str, Item],
    drivers: dict[str, Item],
    seq2seq: dict[str, Item],
    cma: dict[str, Item],
    rdp: dict[str, Item],
    streamvln: dict[str, Item],
    config: DaggerConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one task per scene and agent."""
    singles = {"seq2seq": seq2seq, "cma": cma, "rdp": rdp, "streamvln": streamvln}
    return {
        f"{key}.{entrant.name}": Task(
            roll_out_agent,
            scenes[key],
            maps[key],
            asked,
            entrant,
            planners.get(entrant.system2),
            (networks if entrant.navdp is None else drivers).get(entrant.system1),
            singles.get(entrant.kind, {}).get(entrant.single),
            config.rolling,
            seed,
        )
        for key, asked in episodes.items()
        for entrant in entrants(config.agents, planners, networks, drivers, singles)
    }


def roll_out_agent(
    scene: Item,
    nav: Item,
    episodes: Item,
    entrant: Entrant,
    planner: Item | None,
    network: Item | None,
    single: Item | None,
    config: RollOutConfig,
    seed: int,
    place: Workplace,
) -> RollOuts:
    """Roll one agent out in one scene."""
    from vln_pipeline.evaluation.vln.agents.open_agent import open_agent  # compiles: only in the process that works
    from vln_pipeline.evaluation.vln.dagger.roll_out import roll_out_scene
    from vln_pipeline.evaluation.world.backend import open_world

    loaded, seen, asked = scene(), nav(), episodes()
    world = open_world(config.drive.embodied, lambda _: (loaded, seen), seed=seed, cache=place.cache)
    system2, system1, alone = (None if item is None else item().best for item in (planner, network, single))
    agent = open_agent(entrant, system2, system1, config.drive.rules, place.threads, alone)
    try:
        world.load(loaded.id)
        return roll_out_scene(world, asked, entrant.name, agent, config, seed)
    finally:
        agent.close()
        world.close()
