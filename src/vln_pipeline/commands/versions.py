"""``vln-pipeline versions``: what versions there are, what they were made from, and what uses them."""

from collections.abc import Callable
from pathlib import Path

import click

from vln_pipeline.commands.catalog import data_place, in_words, item_stores, open_catalog


@click.command()
@click.argument("stores", nargs=-1, metavar="[STORE]...")
def versions(stores: tuple[str, ...]) -> None:
    """List the versions of all stores, or of those named: seed, items, size, parents, and what uses them."""
    from vln_pipeline.datasets.overview import overview, size_here
    from vln_pipeline.datasets.remote_versions import RemoteSizes
    from vln_pipeline.object_storage import Bucket
    from vln_pipeline.runtime.record import RECORDS, fetch_records

    with data_place() as (folder, address):
        pass
    with open_catalog() as catalog:
        named = item_stores(catalog)
        if unknown := [name for name in stores if name not in named]:
            raise click.ClickException(f"the catalog has no store {unknown[0]}; there are {', '.join(named)}")
        folders = {name: Path(store._filepath) for name, store in named.items()}
        for store in named.values():
            store.fetch_lists()
    sizes: Callable[[Path, str], int] = size_here
    if address:
        fetch_records(Bucket(address).inside(RECORDS), folder / RECORDS)
        sizes = RemoteSizes(address)
    names = {path.name: name for name, path in folders.items()}
    for row in overview(folders.values(), folder / RECORDS, sizes):
        if stores and names[row.store] not in stores:
            continue
        told = f"{row.items} items, {in_words(row.size)}" if row.complete else f"interrupted, {row.items} items planned"
        click.echo(f"{names[row.store]}:{row.version}  seed {row.seed}, {told}")
        if row.parents:
            click.echo("    made from " + ", ".join(f"{names.get(s, s)}:{v}" for s, v in row.parents.items()))
        if row.users:
            click.echo("    used by " + ", ".join(f"{names.get(s, s)}:{v}" for s, v in row.users))
