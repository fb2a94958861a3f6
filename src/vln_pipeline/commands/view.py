"""``vln-pipeline view``."""

from pathlib import Path

import click

from vln_pipeline.errors import DataError

_SHOWN = 100
"""Episodes of a page, where none are named."""


@click.command()
@click.argument("dataset", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--episode", "episodes", multiple=True, type=click.IntRange(min=0), help="Number; may be repeated.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="A .html page or a .rrd recording.")
def view(dataset: Path, episodes: tuple[int, ...], save: Path | None) -> None:
    """Make a page to leaf through an exported dataset, or a recording (.rrd) for the Rerun viewer."""
    from vln_pipeline.export.reader import ExportedDataset

    try:
        opened = ExportedDataset(dataset)
        count = len(opened)
        unknown = [episode for episode in episodes if episode >= count]
        if unknown:
            raise DataError(dataset.name, f"has {count} episodes, none is number {unknown[0]}", "count from 0")
        chosen = episodes or tuple(range(min(count, _SHOWN)))
        target = save or Path(f"{dataset.name}.html")
        if target.suffix == ".rrd":
            from vln_pipeline.inspection.rerun_recording import record_episodes

            record_episodes(opened, chosen, target)
        elif target.suffix == ".html":
            from vln_pipeline.inspection.dataset_page import dataset_page

            target.write_text(dataset_page(opened, chosen), encoding="utf-8")
        else:
            raise DataError(str(target), "is neither a page nor a recording", "end its name with .html or .rrd")
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(chosen)} of {count} episodes: {target}")
