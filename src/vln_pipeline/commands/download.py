"""``vln-pipeline download``: a version of a store as a folder."""

from pathlib import Path

import click

from vln_pipeline.commands.catalog import item_stores, open_catalog


@click.command()
@click.argument("store")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--run", help="Id of the run whose version is wanted; the latest without it.")
def download(store: str, folder: Path, run: str | None) -> None:
    """Copy a version of a STORE out of object storage, or of the data folder, into a new FOLDER, by keys.

    What lies there afterwards is what programs that know nothing of stores read: a folder of datasets, for instance.
    """
    from tqdm import tqdm

    if folder.exists():
        raise click.ClickException(f"{folder} is there already; name a new folder")
    with open_catalog({store: run} if run else None) as catalog:
        stores = item_stores(catalog)
        if store not in stores:
            raise click.ClickException(f"the catalog has no store {store}; there are {', '.join(stores)}")
        if not stores[store].exists():
            raise click.ClickException(f"{store} has no version {run or 'yet'}; vln-pipeline versions lists them")
        with tqdm(stores[store].load().values(), desc=store, unit=" item") as items:
            for item in items:
                stores[store].copy_out(item, folder)
    click.echo(folder)
