"""The report of a System-1 benchmark run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.episode import DEFINITION
from vln_pipeline.evaluation.system1.results import RADII, radius_name
from vln_pipeline.evaluation.system1.summary import summarise
from vln_pipeline.inspection.drive_gallery import DriveKey, best_drives, drive_pictures, worst_drives
from vln_pipeline.inspection.lost_episodes import lost_episodes
from vln_pipeline.inspection.page import Page, Picture, Section, Table, table_of
from vln_pipeline.inspection.score_table import COLUMNS, score_table
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.scenes.scene import Scene

_SUCCESS = radius_name("success", RADII[0])
_SHOWN = 5
"""Drives at either end that are shown."""


@dataclass(frozen=True)
class System1Results:
    """What a run made.

    Attributes:
        table: every metric of every drive.
        drives: loaders by scene, agent and recovery.
        scenes, maps: loaders by scene.
        curves: PNG file of the training of each network, by name.
    """

    table: pd.DataFrame
    drives: Mapping[DriveKey, Callable[[], DriveSet]]
    scenes: Mapping[str, Callable[[], Scene]]
    maps: Mapping[str, Callable[[], NavigationMap]]
    curves: Mapping[str, Path]


def system1_page(results: System1Results, config: EvaluateSystem1Config, seed: int) -> Page:
    """Return the page; drives are loaded one set at a time.

    Args:
        results: what the run made.
        config: of the run.
        seed: of the run.
    """
    place = {family: number for number, family in enumerate(config.agents.families)}
    table = results.table.sort_values("family", key=lambda names: names.map(place), kind="stable")
    episodes = len(table[["scene", "episode"]].drop_duplicates())
    latency = _latency(results.drives)
    curves = tuple(Picture(path.read_bytes(), name) for name, path in results.curves.items())
    sections = [
        Section("Run", table=_facts(results, config, seed)),
        *(_scores(table, str(kind), latency, config, seed) for kind in table["kind"].unique()),
        Section("Scenes", f"Episodes that end within {RADII[0]:g} m of their goal, in percent.", _by_scene(table)),
        *lost_episodes(results.drives.values()),
        *([Section("Training", "Loss by step.", pictures=curves)] if curves else []),
        *_gallery(results, config, seed),
    ]
    return Page("System-1 benchmark", f"{episodes} episodes in {table['scene'].nunique()} scenes.", tuple(sections))


def _facts(results: System1Results, config: EvaluateSystem1Config, seed: int) -> Table:
    table, drive = results.table, config.drive
    asked = table.drop_duplicates(["scene", "episode"]).dropna(subset="geodesic")
    detours = (asked["geodesic"] > config.episodes.detour_ratio * asked["straight"]).mean()
    body, motion, eye = drive.world.body, drive.motion, drive.eye.setting()
    rows = [
        ("episodes", f"definition {DEFINITION}, split {config.split}, seed {seed}"),
        ("drives", len(table)),
        ("shortest way, median [m]", float(asked["geodesic"].median())),
        ("detours [%]", 100 * float(detours)),
        ("robot", f"{body.radius:g} m radius, {motion.max_speed:g} m/s, {motion.max_turn_rate:g} rad/s"),
        (
            "camera",
            f"{eye.intrinsics.width} x {eye.intrinsics.height}, {eye.height:g} m high, {eye.pitch:g} degrees down",
        ),
        ("plan every [s]", drive.replan * motion.period),
        ("an episode ends [m before the goal]", drive.arrival),
        ("or after [s]", drive.time_limit),
    ]
    return table_of(["", ""], [*rows, *config.agents.policy.model_dump().items()] if config.agents.navdp else rows)


def _scores(
    table: pd.DataFrame,
    kind: str,
    latency: Mapping[str, tuple[float, float]],
    config: EvaluateSystem1Config,
    seed: int,
) -> Section:
    rows = table[table["kind"] == kind]
    scores = summarise(rows, "family", COLUMNS, config.resamples, seed)
    members = rows[rows["family"] != rows["agent"]]
    if len(members):
        scores += summarise(members, "agent", COLUMNS, config.resamples, seed)
    text = "Means with 95 % intervals by a two-stage bootstrap over scenes and episodes; networks that differ in their "
    text += "training seed also as one."
    return Section(f"Goals: {kind}", text, score_table(scores, latency))


def _by_scene(table: pd.DataFrame) -> Table:
    rows = table.dropna(subset=_SUCCESS)
    agent = rows["family"] + rows["recovery"].map({True: ", recovery", False: ""})
    names = list(agent.unique())
    rate = 100 * rows.assign(agent=agent).pivot_table(_SUCCESS, "scene", "agent", sort=False)[names]
    lines = zip(rate.index, rate.to_numpy(), strict=True)
    return table_of(["scene", *names], [(scene, *(f"{value:.0f}" for value in line)) for scene, line in lines])


def _latency(drives: Mapping[DriveKey, Callable[[], DriveSet]]) -> dict[str, tuple[float, float]]:
    """Return mean and 95th percentile of the seconds of a plan, by family and by agent."""
    found: dict[str, list[NDArray[np.float64]]] = {}
    for load in drives.values():
        driven = load()
        for name in {driven.family, driven.agent}:
            found.setdefault(name, []).append(driven.latency)
    joined = {name: np.concatenate(parts) for name, parts in found.items()}
    return {name: (float(t.mean()), float(np.percentile(t, 95))) for name, t in joined.items() if len(t)}


def _gallery(results: System1Results, config: EvaluateSystem1Config, seed: int) -> tuple[Section, ...]:
    """Return the drives of one agent: the trained networks, or the last one where none took part."""
    table = results.table.dropna(subset=_SUCCESS)
    if table.empty:
        return ()
    families = list(table["family"].unique())
    family = "navdp" if "navdp" in families else families[-1]
    rows = table[(table["family"] == family) & (table["recovery"] == config.recovery[-1])]
    text = "Left what the robot sees, right its way (blue), contacts (red) and the goal (green) on the map."
    return tuple(
        Section(
            f"{title} of {family}",
            text,
            pictures=drive_pictures(chosen, results.drives, results.scenes, results.maps, config.drive, seed),
        )
        for title, chosen in (("Best drives", best_drives(rows, _SHOWN)), ("Worst drives", worst_drives(rows, _SHOWN)))
    )
