"""``vln-pipeline view``."""

import os
from pathlib import Path

import click

from vln_pipeline.commands.catalog import item_stores, open_catalog
from vln_pipeline.errors import DataError

_SHOWN = 100
"""Walks of a page, where none are named."""
_STORES = ("trajectories", "footage", "labels", "selection")


@click.command()
@click.argument("dataset", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--run", help="Id of a data generation whose walks are shown where no DATASET is given.")
@click.option("--episode", "episodes", multiple=True, type=click.IntRange(min=0), help="Number; may be repeated.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="A .html page or a .rrd recording.")
def view(dataset: Path | None, run: str | None, episodes: tuple[int, ...], save: Path | None) -> None:
    """Make a page to leaf through an exported dataset, or a recording (.rrd) for the Rerun viewer.

    Without DATASET the page shows the walks of the latest data generation, kept ones and rejected ones with the reason.
    """
    try:
        if dataset is None:
            if episodes:
                raise click.UsageError("--episode counts those of a DATASET; give one")
            told = _view_run(run, save or Path("walks.html"))
        else:
            if run is not None:
                raise click.UsageError("give a DATASET or a --run, not both")
            told = _view_dataset(dataset, episodes, save or Path(f"{dataset.resolve().name}.html"))
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo(told)


def _view_dataset(root: Path, episodes: tuple[int, ...], target: Path) -> str:
    from vln_pipeline.export.validate import UNREADABLE

    _require_folder(target)
    try:
        return _view_episodes(root, episodes, target)
    except DataError:
        raise
    except UNREADABLE as error:
        told = str(error).partition("\n")[0]
        raise DataError(root.name, f"cannot be read ({type(error).__name__}: {told})", "export it again") from error


def _view_episodes(root: Path, episodes: tuple[int, ...], target: Path) -> str:
    from vln_pipeline.export.reader import ExportedDataset

    opened = ExportedDataset(root)
    count = len(opened)
    unknown = [episode for episode in episodes if episode >= count]
    if unknown:
        raise DataError(root.name, f"has {count} episodes, none is number {unknown[0]}", "count from 0")
    chosen = episodes or tuple(range(min(count, _SHOWN)))
    if target.suffix == ".rrd":
        from vln_pipeline.inspection.rerun_recording import record_episodes

        record_episodes(opened, chosen, target)
    else:
        from vln_pipeline.inspection.dataset_page import dataset_page

        _require_page(target)
        target.write_text(dataset_page(opened, chosen), encoding="utf-8")
    return f"{len(chosen)} of {count} episodes: {target}"


def _view_run(run: str | None, target: Path) -> str:
    from vln_pipeline.inspection.dataset_page import run_page
    from vln_pipeline.inspection.run_walks import judged_walks, measured_frames, shown_walks

    _require_folder(target)
    _require_page(target)
    with open_catalog(dict.fromkeys(_STORES, run) if run else None) as catalog:
        stores = item_stores(catalog)
        if not all(stores[name].exists() for name in _STORES):
            raise DataError(run or "the latest run", "has no filtered walks", "run: kedro run --pipelines=datagen")
        plans, footage, labels, selections = (stores[name].load() for name in _STORES)
    judged, measured = judged_walks(selections), measured_frames(selections)
    shown = shown_walks(judged, _SHOWN)
    title = f"Walks of {run or 'the latest run'}"
    target.write_text(run_page(title, judged, shown, measured, plans, footage, labels), encoding="utf-8")
    return f"{len(shown)} of {len(judged)} walks: {target}"


def _require_folder(target: Path) -> None:
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise DataError(str(target), "its folder is missing or may not be written to", "name another one")


def _require_page(target: Path) -> None:
    if target.suffix != ".html":
        raise DataError(str(target), "is neither a page nor a recording", "end its name with .html or .rrd")
