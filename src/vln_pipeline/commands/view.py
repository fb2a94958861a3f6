"""``vln-pipeline view``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from vln_pipeline.commands.catalog import item_stores, open_catalog
from vln_pipeline.durable import replacing
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
            root = dataset.resolve()
            told = _view_dataset(root, episodes, save or Path(f"{root.name}.html"))
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo(told)


def _view_dataset(root: Path, episodes: tuple[int, ...], target: Path) -> str:
    from vln_pipeline.export.reader import ExportedDataset

    _require_folder(target)
    with _reading(root):
        opened = ExportedDataset(root)
        count = len(opened)
    unknown = [episode for episode in episodes if episode >= count]
    if unknown:
        raise DataError(root.name, f"has {count} episodes, none is number {unknown[0]}", "count from 0")
    chosen = tuple(dict.fromkeys(episodes)) or tuple(range(min(count, _SHOWN)))
    if target.suffix == ".rrd":
        from vln_pipeline.inspection.rerun_recording import record_episodes

        with _saving(target) as part, _reading(root):
            record_episodes(opened, chosen, part)
    else:
        from vln_pipeline.inspection.dataset_page import dataset_page

        _require_page(target)
        with _reading(root):
            page = dataset_page(opened, chosen)
        with _saving(target) as part:
            part.write_text(page, encoding="utf-8")
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
    page = run_page(title, judged, shown, measured, plans, footage, labels)
    with _saving(target) as part:
        part.write_text(page, encoding="utf-8")
    return f"{len(shown)} of {len(judged)} walks: {target}"


@contextmanager
def _reading(root: Path) -> Iterator[None]:
    from vln_pipeline.export.unreadable import UNREADABLE, told

    try:
        yield
    except DataError:
        raise
    except UNREADABLE as error:
        raise DataError(root.name, f"cannot be read ({told(error)})", "export it again") from error


@contextmanager
def _saving(target: Path) -> Iterator[Path]:
    try:
        with replacing(target) as part:
            yield part
    except OSError as error:
        cause = f"cannot be written ({error.strerror or error})"
        raise DataError(str(target), cause, "make room, or name another one") from error


def _require_folder(target: Path) -> None:
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise DataError(str(target), "its folder is missing or may not be written to", "name another one")


def _require_page(target: Path) -> None:
    if target.suffix != ".html":
        raise DataError(str(target), "is neither a page nor a recording", "end its name with .html or .rrd")
