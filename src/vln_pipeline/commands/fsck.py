"""``vln-pipeline fsck``: compare every byte with what was written."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from vln_pipeline.commands.catalog import data_place

_REMAKE = "--remake sets them aside, so that the same command makes exactly those again"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--remake", is_flag=True, help="Set what is damaged aside, so that the same command makes it again.")
def fsck(folder: Path | None, remake: bool) -> None:
    """Name all that is no longer what was written: items, saved states, versions, tables, pages and records.

    FOLDER is a data folder, or a part of one; by default it is the project's. Every byte is read. Ends with exit code 1
    where something is damaged and was not set aside.
    """
    from tqdm import tqdm

    from vln_pipeline.datasets.soundness import damages, lost_manifests, sealed_wholes, set_damage_aside

    if folder is None:
        with data_place() as (folder, address):
            pass
        if address:
            _check_objects(address, folder, remake=remake)
            return
    wholes, damaged = list(sealed_wholes(folder)), []
    with tqdm(wholes, desc="checking", unit=" folder") as bar:
        for whole in bar:
            if found := list(damages(whole)):
                damaged.append(whole)
                with bar.external_write_mode():
                    for damage in found:
                        click.echo(f"{_shown(damage.whole, folder)}: {damage.told}")
    for damage in lost_manifests(folder):
        damaged.append(damage.whole)
        click.echo(f"{_shown(damage.whole, folder)}: {damage.told}")
    click.echo(f"{len(wholes)} checked, {len(damaged)} damaged", err=True)
    if not wholes:
        raise click.ClickException(f"{folder} holds nothing that could be checked; name a data folder")
    if not damaged:
        return
    if not remake:
        click.echo(_REMAKE, err=True)
        sys.exit(1)
    for whole in damaged:
        if whole.exists():  # what it lies in may have been set aside before it
            click.echo(f"set aside: {_shown(set_damage_aside(whole), folder)}", err=True)
    for command in _commands(folder):
        click.echo(f"now run again: {command}", err=True)


def _check_objects(address: str, here: Path, *, remake: bool) -> None:
    """Do the same with what lies at an address.

    Args:
        address: of all stores.
        here: folder of this machine for it.
        remake: whether what is damaged is set aside.
    """
    from tqdm import tqdm

    from vln_pipeline.datasets.remote_soundness import remote_wholes
    from vln_pipeline.object_storage import Bucket
    from vln_pipeline.runtime.record import RECORDS, fetch_records

    wholes, damaged = list(remote_wholes(address)), []
    with tqdm(wholes, desc="checking", unit=" folder") as bar:
        for whole in bar:
            if found := list(whole.faults()):
                damaged.append(whole)
                with bar.external_write_mode():
                    for told in found:
                        click.echo(f"{whole.address}: {told}")
    click.echo(f"{len(wholes)} checked, {len(damaged)} damaged", err=True)
    if damaged and not remake:
        click.echo(_REMAKE, err=True)
        sys.exit(1)
    for whole in damaged:
        whole.set_aside()
        click.echo(f"set aside: {whole.address}", err=True)
    if damaged:
        fetch_records(Bucket(address).inside(RECORDS), here / RECORDS)
        for command in _commands(here):
            click.echo(f"now run again: {command}", err=True)


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path != folder else path.name


def _commands(folder: Path) -> Iterable[str]:
    """Return the commands of the latest runs, the newest of each, as their records tell."""
    from vln_pipeline.runtime.record import read_records

    return dict.fromkeys(record["command"] for record in reversed(read_records(folder / "runs")))
