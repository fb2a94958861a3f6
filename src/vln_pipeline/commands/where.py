"""``vln-pipeline where`` and ``digest``: the latest results."""

from pathlib import Path

import click
from kedro.io import CatalogProtocol

from vln_pipeline.commands.catalog import open_catalog, versioned


@click.command()
def where() -> None:
    """Print where the latest datasets and the report lie."""
    with open_catalog() as catalog:
        for name in ("lerobot", "report"):
            path = _latest(catalog, name)
            click.echo(f"{name:<8} {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def digest(folder: Path | None) -> None:
    """Print one hash of a dataset folder, by default of the latest export."""
    from vln_pipeline.export.digest import digest as digest_of

    if folder is None:
        with open_catalog() as catalog:
            folder = _latest(catalog, "lerobot")
    click.echo(digest_of(folder))


def _latest(catalog: CatalogProtocol, name: str) -> Path:
    dataset = versioned(catalog, name)
    if not dataset.exists():
        raise click.ClickException(f"there is no {name} yet; run: kedro run --pipelines=datagen")
    return Path(dataset._get_load_path())
