"""Commands about what lies on the disk: where it is, whether it is the same or sound, what is no longer needed."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.utils import find_kedro_project

from vln_pipeline.datasets.item_store import ItemStore


@contextmanager
def _catalog() -> Iterator[CatalogProtocol]:
    project = find_kedro_project(Path.cwd())
    if project is None:
        raise click.ClickException(f"{Path.cwd()} lies in no Kedro project; change into the project's folder")
    bootstrap_project(project)
    with KedroSession.create(project) as session:
        yield session.load_context().catalog  # type: ignore[attr-defined]  # the abstract session lacks it


def _dataset(catalog: CatalogProtocol, name: str) -> AbstractVersionedDataset:
    dataset: AbstractVersionedDataset | None = catalog.get(name)
    if dataset is None:
        raise click.ClickException(f"the catalog has no {name}")
    return dataset


@click.command()
def where() -> None:
    """Print where the latest datasets and the report lie."""
    with _catalog() as catalog:
        for name in ("lerobot", "report"):
            dataset = _dataset(catalog, name)
            if not dataset.exists():
                raise click.ClickException(f"there is no {name} yet; run: kedro run --pipelines=datagen")
            path = Path(dataset._get_load_path())
            click.echo(f"{name:<8} {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def digest(folder: Path | None) -> None:
    """Print one hash of a dataset folder, by default of the latest export."""
    from vln_pipeline.export.digest import digest as digest_of

    if folder is None:
        with _catalog() as catalog:
            folder = Path(_dataset(catalog, "lerobot")._get_load_path())
    click.echo(digest_of(folder))


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--mend", "mends", is_flag=True, help="Rewrite metadata where that is safe; originals are kept.")
def check(folder: Path, mends: bool) -> None:
    """Name the known traps in the datasets in or under a folder, ours or those of InternData-N1."""
    from tqdm import tqdm

    from vln_pipeline.errors import DataError
    from vln_pipeline.upstream.check import dataset_folders
    from vln_pipeline.upstream.survey import Survey

    try:
        folders = dataset_folders(folder)
    except DataError as error:
        raise click.ClickException(str(error)) from error
    survey = Survey(folder, mends=mends)
    with tqdm(folders, desc="checking", unit=" dataset") as bar:
        for dataset in bar:
            lines = survey.look(dataset)
            with bar.external_write_mode():
                for line in lines:
                    click.echo(line)
    click.echo(survey.summary(), err=True)
    if survey.faults > survey.mended:
        sys.exit(1)


@click.command()
@click.option("--yes", is_flag=True, help="Delete without asking.")
def prune(yes: bool) -> None:
    """Delete items that no version refers to any more (delete the versions you do not need first)."""
    with _catalog() as catalog:
        stores = [d for name in catalog.keys() if isinstance(d := catalog.get(name), ItemStore)]  # noqa: SIM118
        unused = [folder for store in stores for folder in store.unreferenced()]
    click.echo(f"{len(unused)} items are referred to by no version")
    if unused and (yes or click.confirm("Delete them?")):
        for folder in unused:
            shutil.rmtree(folder)


def commands() -> tuple[click.Command, ...]:
    """Return all of them."""
    return where, digest, check, prune
