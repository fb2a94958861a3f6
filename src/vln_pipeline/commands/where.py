"""``vln-pipeline where`` and ``digest``: the latest results."""

from pathlib import Path

import click
from kedro.io import CatalogProtocol

from vln_pipeline.commands.catalog import open_catalog, versioned
from vln_pipeline.datasets.item_store import ItemStore


@click.command()
def where() -> None:
    """Print where the latest datasets and the report lie."""
    with open_catalog() as catalog:
        for name in ("lerobot", "report"):
            path = _latest(catalog, name)
            if address := _address(catalog, name, path):
                click.echo(f"{name:<8} {address}")
                continue
            click.echo(f"{name:<8} {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def digest(folder: Path | None) -> None:
    """Print one hash of a dataset folder, by default of the latest export."""
    from vln_pipeline.export.digest import digest as digest_of

    if folder is None:
        with open_catalog() as catalog:
            folder = _latest(catalog, "lerobot")
            if address := _address(catalog, "lerobot", folder):
                mend = "vln-pipeline download lerobot FOLDER copies it here; then name that folder"
                raise click.ClickException(f"{address} is an address; {mend}")
    click.echo(digest_of(folder))


def _address(catalog: CatalogProtocol, name: str, path: Path) -> str:
    """Return the address of what a path stands for; empty where it is a folder or file."""
    dataset = versioned(catalog, name)
    if isinstance(dataset, ItemStore):
        return f"{dataset.address}/{'/'.join(path.parts[-2:])}" if dataset.address else ""
    protocol = getattr(dataset, "_protocol", "file")
    return "" if protocol == "file" else f"{protocol}://{path}"


def _latest(catalog: CatalogProtocol, name: str) -> Path:
    dataset = versioned(catalog, name)
    if not dataset.exists():
        raise click.ClickException(f"there is no {name} yet; run: kedro run --pipelines=datagen")
    return Path(dataset._get_load_path())
