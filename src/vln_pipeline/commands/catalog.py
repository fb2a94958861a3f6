"""The project's catalog, for commands that look at what lies on the disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.utils import find_kedro_project

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.object_storage.address import folder_here, is_address, require_client


@contextmanager
def open_catalog(versions: Mapping[str, str] | None = None) -> Iterator[CatalogProtocol]:
    """Yield the catalog of the project that the current folder lies in.

    Args:
        versions: run ids by names of datasets that are not to be loaded as of their latest run.

    Raises:
        click.ClickException: it lies in none.
    """
    with _context() as context:
        _place(context)
        yield context._get_catalog(load_versions=dict(versions)) if versions else context.catalog


@contextmanager
def data_folder() -> Iterator[Path]:
    """Yield the folder of all stores.

    Raises:
        click.ClickException: the current folder lies in no project, or its stores lie at an address.
    """
    with data_place() as (folder, address):
        if address:
            raise click.ClickException(f"{address} is an address, and this needs a folder; set VLN_DATA to one")
        yield folder


@contextmanager
def data_place() -> Iterator[tuple[Path, str]]:
    """Yield the folder of all stores on this machine, and their address; that is empty where the folder is all.

    Raises:
        click.ClickException: the current folder lies in no project.
    """
    with _context() as context:
        yield _place(context)


@contextmanager
def parameters(environment: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield the parameters of an environment, by default of the project's own, without those that stay at defaults.

    Raises:
        click.ClickException: the current folder lies in no project.
    """
    with _context(environment) as context:
        yield context.params


def versioned(catalog: CatalogProtocol, name: str) -> AbstractVersionedDataset:
    """Return a dataset of the catalog.

    Raises:
        click.ClickException: there is none of that name.
    """
    dataset: AbstractVersionedDataset | None = catalog.get(name)
    if dataset is None:
        raise click.ClickException(f"the catalog has no {name}")
    return dataset


def item_stores(catalog: CatalogProtocol) -> dict[str, ItemStore]:
    """Return all item stores by name, in the order of the catalog."""
    found = ((name, catalog.get(name)) for name in catalog.keys())  # noqa: SIM118  # a catalog is no mapping
    return {name: dataset for name, dataset in found if isinstance(dataset, ItemStore)}


def in_words(size: int) -> str:
    """Return a number of bytes for people.

    >>> in_words(1_234_567), in_words(12)
    ('1.2 MB', '12 B')
    """
    units = ("B", "kB", "MB", "GB", "TB")
    power = min((len(str(size)) - 1) // 3, len(units) - 1)
    return f"{size / 1000**power:.{1 if power else 0}f} {units[power]}"


@contextmanager
def _context(environment: str | None = None) -> Iterator[Any]:
    project = find_kedro_project(Path.cwd())
    if project is None:
        raise click.ClickException(f"{Path.cwd()} lies in no Kedro project; change into the project's folder")
    bootstrap_project(project)
    with KedroSession.create(project, env=environment) as session:
        yield session.load_context()  # type: ignore[attr-defined]  # the abstract session lacks it


def _place(context: Any) -> tuple[Path, str]:
    """Return the folder of all stores on this machine, and their address.

    Raises:
        DataError: it is an address whose client is not installed.
    """
    data = context.config_loader["globals"]["data"]
    if not is_address(data):
        return Path(context.project_path) / data, ""
    require_client(data)
    return folder_here(data), data
