"""The best and the worst drives of an agent, as moving pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.results import RADII, radius_name
from vln_pipeline.evaluation.world.backend import open_world
from vln_pipeline.inspection.drive_animation import animate
from vln_pipeline.inspection.drive_map import DriveMap
from vln_pipeline.inspection.page import Picture
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.scenes.scene import Scene

DriveKey = tuple[str, str, bool]
"""Scene, agent and recovery."""
_SIZE = 300
"""Longer edge of a map, pixels."""
_CAPTION = (
    "{scene}, {episode}, {agent}: {ending} after {duration:.0f} s, {path_length:.1f} m driven for {geodesic:.1f} m, "
    "{remaining:.1f} m left, {contacts:.0f} contacts"
)
_SUCCESS, _SPL = radius_name("success", RADII[0]), radius_name("spl", RADII[0])


def best_drives(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the rows of the best drives: highest SPL, and among equals the longest detours."""
    detour = rows["geodesic"] / rows["straight"]
    order = rows.assign(detour=detour).sort_values([_SPL, "detour"], ascending=False, kind="stable")
    return rows.loc[order.index[:count]]


def worst_drives(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the rows of the worst drives: those that fail farthest from the goal, then those with most contacts."""
    order = rows.sort_values([_SUCCESS, "remaining", "contacts"], ascending=[True, False, False], kind="stable")
    return rows.loc[order.index[:count]]


def drive_pictures(
    rows: pd.DataFrame,
    drives: Mapping[DriveKey, Callable[[], DriveSet]],
    scenes: Mapping[str, Callable[[], Scene]],
    maps: Mapping[str, Callable[[], NavigationMap]],
    config: DriveConfig,
    seed: int,
) -> tuple[Picture, ...]:
    """Return a moving picture per row, captioned by what happened.

    Args:
        rows: of the results.
        drives: loaders by scene, agent and recovery.
        scenes: loaders by id.
        maps: loaders by scene.
        config: robot, camera and rules.
        seed: of the run.
    """
    pictures = []
    for row in rows.to_dict(orient="records"):
        scene, nav = scenes[row["scene"]](), maps[row["scene"]]()
        driven = drives[row["scene"], row["agent"], row["recovery"]]()
        drive = next(drive for drive in driven.drives if drive.episode.id == row["episode"])
        target = drive.episode.target
        plan = DriveMap(
            nav.floors[drive.episode.floor],
            drive.track,
            drive.contact,
            None if target is None else target.position,
            radius=config.world.body.radius,
            arrival=config.arrival,
            size=_SIZE,
        )
        image = _animate(drive, plan, scene, nav, config, seed)
        pictures.append(Picture(image, _CAPTION.format_map({str(name): value for name, value in row.items()})))
    return tuple(pictures)


def _animate(drive: Drive, plan: DriveMap, scene: Scene, nav: NavigationMap, config: DriveConfig, seed: int) -> bytes:
    with TemporaryDirectory() as cache:
        world = open_world(config.world, lambda _: (scene, nav), seed=seed, cache=Path(cache))
        world.load(scene.id)
        try:
            return animate(drive, plan, world, config.eye.setting())
        finally:
            world.close()
