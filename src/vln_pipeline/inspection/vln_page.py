"""The report of a closed-loop evaluation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from vln_pipeline.evaluation.vln.agents.agent import MODELS
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.evaluation.vln.diagnosis.table import counts
from vln_pipeline.evaluation.vln.drive import Drive, DriveSet
from vln_pipeline.evaluation.vln.drive_config import DriveConfig
from vln_pipeline.evaluation.vln.episode import DEFINITION
from vln_pipeline.evaluation.vln.summary import Score, summarise
from vln_pipeline.evaluation.world.backend import open_world
from vln_pipeline.inspection.estimate_cell import estimate_cell
from vln_pipeline.inspection.lost_episodes import lost_episodes
from vln_pipeline.inspection.page import Page, Picture, Section, Table, table_of
from vln_pipeline.inspection.vln_animation import animate_instruction
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.scenes.scene import Scene

SHOWN = {
    "SR": ("SR [%]", 100, 0),
    "OSR": ("OSR [%]", 100, 0),
    "SPL": ("SPL [%]", 100, 0),
    "NE": ("NE [m]", 1, 2),
    "nDTW": ("nDTW [%]", 100, 0),
    "SDTW": ("SDTW [%]", 100, 0),
    "CLS": ("CLS [%]", 100, 0),
    "TL": ("TL [m]", 1, 1),
    "collided": ("episodes with a contact [%]", 100, 0),
    "CR": ("steps in contact [%]", 100, 1),
    "steps": ("steps", 1, 0),
}
"""Title, factor and digits of each metric that is shown, by its name."""
_FIDELITIES = {
    "dtw": "normalised dynamic time warping",
    "nearness": "mean nearness to the reference path, as VLN-PE's evaluator calls it; not comparable with the other",
}
_CAPTION = "{scene}, {episode}, {agent}: NE {NE:.1f} m, SPL {SPL:.2f}, nDTW {nDTW:.2f}, {steps} steps. {instruction}"


@dataclass(frozen=True)
class VlnResults:
    """What a run made.

    Attributes:
        table: every metric of every episode and agent.
        drives: loaders by scene and agent.
        scenes, maps: loaders by scene.
        failures: the first cause of every failed episode, as ``diagnosis_table`` makes it.
    """

    table: pd.DataFrame
    drives: Mapping[tuple[str, str], Callable[[], DriveSet]]
    scenes: Mapping[str, Callable[[], Scene]]
    maps: Mapping[str, Callable[[], NavigationMap]]
    failures: pd.DataFrame


def vln_page(results: VlnResults, config: EvaluateConfig, seed: int) -> Page:
    """Return the page; drives are loaded one set at a time.

    Args:
        results: what the run made.
        config: of the run.
        seed: of the run.
    """
    place = {name: number for number, name in enumerate(config.agents.families)}
    table = results.table.sort_values(
        "agent", key=lambda names: names.str.partition(".")[0].map(place), kind="stable", ignore_index=True
    )
    episodes = len(table[["scene", "episode"]].drop_duplicates())
    text = "Means with 95 % intervals by a two-stage bootstrap over homes and episodes; times are this machine's."
    sections = (
        Section("Run", table=_facts(table, config, seed)),
        Section("Agents", text, _scores(summarise(table, config.resamples, seed))),
        Section("Homes", "Success rate, in percent.", _by_scene(table)),
        *lost_episodes(results.drives.values()),
        *_failures(results.failures),
        *_gallery(results, table, config, seed),
    )
    return Page("Following instructions", f"{episodes} episodes in {table['scene'].nunique()} homes.", sections)


def _facts(table: pd.DataFrame, config: EvaluateConfig, seed: int) -> Table:
    rules, asked = config.drive.rules, table.drop_duplicates(["scene", "episode"])
    protocol, camera = rules.protocol, rules.camera
    rows: list[tuple[str, object]] = [
        ("episodes", f"definition {DEFINITION}, split {config.split}, seed {seed}"),
        ("metrics", f"definition {', '.join(table['definition'].unique())}"),
        ("distance to the goal", "straight in xy" if protocol.planar else "along the floor"),
        ("nDTW", _FIDELITIES[protocol.fidelity]),
        ("start [m from the goal, at least]", protocol.least_distance),
        ("success [m from the goal]", protocol.success_distance),
        ("STOP must be called", "yes" if protocol.stop_required else "no"),
        ("steps at most", protocol.max_steps),
        ("actions", f"{protocol.forward:g} m, {protocol.turn:g} degrees"),
        ("robot", f"{protocol.radius:g} m radius, {protocol.body_height:g} m high"),
        ("a blocked step", "slides along the obstacle" if protocol.sliding else "stops"),
        (
            "camera",
            f"{camera.intrinsics.width} x {camera.intrinsics.height}, {camera.height:g} m high, "
            f"{camera.pitch:g} degrees down, {rules.tilt:g} more to look down",
        ),
        ("shortest way, median [m]", float(asked["shortest"].median())),
        ("words of an instruction, median", float(asked["instruction"].str.count(r"\S+").median())),
    ]
    agents = config.agents
    turns = agents.dual.model_dump() if agents.trained else {}
    driver = agents.navdp.model_dump(exclude={"policy"}) if "system2_navdp" in agents.trained else {}
    told = ((f"System 1 of system2_navdp: {name}", value) for name, value in driver.items())
    return table_of(["", ""], [*rows, *turns.items(), *told])


def _scores(scores: list[Score]) -> Table:
    head = ["agent", "episodes", *(title for title, _, _ in SHOWN.values())]
    head += ["no way to the goal [episodes]", *(f"{name}, calls / ms" for name in MODELS.values()), "waiting [s]"]
    rows = [
        [
            score.agent,
            str(score.episodes),
            *(estimate_cell(score.metrics[name], factor, digits) for name, (_, factor, digits) in SHOWN.items()),
            str(score.lost),
            *(_calls(score, model) for model in MODELS),
            f"{score.waited:.1f}",
        ]
        for score in scores
    ]
    return table_of(head, rows)


def _calls(score: Score, model: str) -> str:
    return f"{score.calls[model]:.1f} / {1000 * score.seconds[model]:.0f}" if score.calls[model] else ""


def _by_scene(table: pd.DataFrame) -> Table:
    names = list(table["agent"].unique())
    rate = 100 * table.pivot_table("SR", "scene", "agent", sort=False)[names]
    lines = zip(rate.index, rate.to_numpy(), strict=True)
    return table_of(["home", *names], [(scene, *(f"{value:.0f}" for value in line)) for scene, line in lines])


def _failures(failures: pd.DataFrame) -> tuple[Section, ...]:
    if failures.empty:
        return ()
    causes = counts(failures)
    shown = [str(name) for name in causes if causes[name].any()]
    by_agent = table_of(
        ["agent", *shown], [(agent, *row) for agent, row in zip(causes.index, causes[shown].to_numpy(), strict=True)]
    )
    text = "Episodes by the first cause of their failure; each has one. Definitions are in the documentation."
    return (
        Section("Failures", text, by_agent),
        Section(
            "Failed episodes",
            table=table_of([str(name) for name in failures], failures.to_numpy().tolist()),
            folded=True,
        ),
    )


def _gallery(results: VlnResults, table: pd.DataFrame, config: EvaluateConfig, seed: int) -> tuple[Section, ...]:
    """Return the best and the worst episodes of one agent: the first trained one, or the last where none took part."""
    names = list(table["agent"].unique())
    trained = [name for name in names if name.partition(".")[0] in config.agents.trained]
    rows = table[table["agent"] == (trained[0] if trained else names[-1])]
    order = rows.sort_values(["SPL", "NE"], ascending=[False, True], kind="stable")
    best, worst = order.head(config.shown), order.iloc[config.shown :].tail(config.shown).iloc[::-1]
    text = "The instruction; left what the robot sees and the floor with System 2's goal; right the way told (green), "
    text += "driven (blue) and meant (orange), contacts red."
    return tuple(
        Section(title, text, pictures=tuple(_picture(row, results, config.drive, seed) for row in chosen))
        for title, chosen in (
            ("Best episodes", best.to_dict(orient="records")),
            ("Worst episodes", worst.to_dict(orient="records")),
        )
        if chosen
    )


def _picture(row: dict, results: VlnResults, config: DriveConfig, seed: int) -> Picture:
    scene, nav = results.scenes[row["scene"]](), results.maps[row["scene"]]()
    driven = results.drives[row["scene"], row["agent"]]()
    drive = next(drive for drive in driven.drives if drive.episode.id == row["episode"])
    return Picture(_animate(drive, scene, nav, config, seed), _CAPTION.format_map(row))


def _animate(drive: Drive, scene: Scene, nav: NavigationMap, config: DriveConfig, seed: int) -> bytes:
    with TemporaryDirectory() as cache:
        world = open_world(config.embodied, lambda _: (scene, nav), seed=seed, cache=Path(cache))
        world.load(scene.id)
        try:
            return animate_instruction(drive, nav.maps[drive.episode.floor], world, config.rules)
        finally:
            world.close()
