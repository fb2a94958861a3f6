"""``vln-pipeline estimate``: what data generation will cost, by stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from vln_pipeline.commands.catalog import in_words, parameters

if TYPE_CHECKING:
    from vln_pipeline.scenes.config import ScenesConfig


@click.command()
@click.option("--env", "environment", help="As of kedro run; conf/base without it.")
@click.option("--scenes", "count", type=click.IntRange(min=1), help="How many; those of the source without it.")
def estimate(environment: str | None, count: int | None) -> None:
    """Print core hours, GPU hours, disk and files of data generation, from unit costs that were measured."""
    from vln_pipeline.export.config import ExportConfig
    from vln_pipeline.labelling.config import LabellingConfig
    from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
    from vln_pipeline.rendering.config import RenderingConfig
    from vln_pipeline.scenes.config import ScenesConfig
    from vln_pipeline.scenes.source import open_source
    from vln_pipeline.sizing.estimate import estimate as cost_of
    from vln_pipeline.sizing.unit_costs import read_unit_costs

    with parameters(environment) as told:
        scenes = ScenesConfig.model_validate(told["scenes"])
        number = count or len(open_source(scenes, told["seed"]).discover())
        units = read_unit_costs()
        rendering = RenderingConfig.model_validate(told["rendering"])
        if scenes.source == "splat":  # films itself, at a cost that was not measured
            rendering = rendering.model_copy(update={"backend": "splat"})
        stages = cost_of(
            number,
            _texture_size(scenes),
            SamplingConfig.model_validate(told["sampling"]),
            TrajectoryConfig.model_validate(told["trajectories"]),
            rendering,
            ExportConfig.model_validate(told["export"]),
            LabellingConfig.model_validate(told["labelling"]).labeller != "template",
            units,
        )
    click.echo(f"{number} scenes\n{'stage':<13} {'core hours':>12} {'GPU hours':>12} {'disk':>10} {'files':>12}")
    for stage in stages:
        _show(stage.stage, stage.core_hours, stage.gpu_hours, stage.size, stage.files)
    _show(
        "in all",
        _sum(stage.core_hours for stage in stages),
        _sum(stage.gpu_hours for stage in stages),
        sum(stage.size for stage in stages),
        sum(stage.files for stage in stages),
    )
    click.echo(f"?: not measured. {units.measured}")


def _texture_size(scenes: ScenesConfig) -> int:
    return int(getattr(getattr(scenes, scenes.source), "texture_size", 0))


def _show(name: str, core_hours: float | None, gpu_hours: float | None, size: float, files: float) -> None:
    cores, gpus = (_in_hours(hours) for hours in (core_hours, gpu_hours))
    click.echo(f"{name:<13} {cores:>12} {gpus:>12} {in_words(round(size)):>10} {round(files):>12,}")


def _in_hours(hours: float | None) -> str:
    return "?" if hours is None else f"{hours:,.2f}"


def _sum(hours: Iterable[float | None]) -> float | None:
    """Return the sum, or None where one of them is not known."""
    told = list(hours)
    return None if None in told else sum(one for one in told if one is not None)
