"""``vln-pipeline prune``: delete what nobody can resume or read."""

from pathlib import Path

import click

from vln_pipeline.commands.catalog import data_folder, in_words, item_stores, open_catalog


@click.command()
@click.option("--yes", is_flag=True, help="Delete without asking.")
@click.option(
    "--run",
    "given_up",
    multiple=True,
    metavar="RUN_ID",
    help="Also what this interrupted run made, saved states included; it cannot be resumed then. May be repeated.",
)
def prune(yes: bool, given_up: tuple[str, ...]) -> None:
    """Delete items that no version refers to, and what was set aside or left half-written.

    Delete the versions that you do not need first. What an interrupted run finished or saved stays, so that the same
    command goes on with it, unless you name the run.
    """
    from vln_pipeline.datasets.leftovers import being_made, interrupted_versions, leftovers
    from vln_pipeline.errors import DataError

    with data_folder():
        pass
    with open_catalog() as catalog:
        stores = [Path(store._filepath) for store in item_stores(catalog).values()]
    try:
        known = {run for store in stores for run in interrupted_versions(store)}
        if unknown := [run for run in given_up if run not in known]:
            told = f"interrupted are {', '.join(sorted(known))}" if known else "no run is interrupted"
            raise click.ClickException(f"{unknown[0]} is no interrupted run; {told}")
        works = (f"{run}: {s.name}/{key}" for run in given_up for s in stores if (key := being_made(s, run)))
        if busy := next(works, ""):
            raise click.ClickException(f"{busy} is being made at this moment; end that run first")
        unused = [leftover for store in stores for leftover in leftovers(store, given_up)]
    except DataError as error:
        raise click.ClickException(str(error)) from error
    for leftover in unused:
        click.echo(f"{in_words(leftover.size):>9}  {leftover.path}: {leftover.why}")
    click.echo(f"{len(unused)} folders, {in_words(sum(leftover.size for leftover in unused))}, can go")
    if unused and (yes or click.confirm("Delete them?")):
        listed = {leftover.path for leftover in unused}
        for store in stores:
            for leftover in list(leftovers(store, given_up)):  # looked at again: a run may have begun meanwhile
                if leftover.path in listed:
                    leftover.remove()
