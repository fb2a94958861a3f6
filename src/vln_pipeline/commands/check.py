"""``vln-pipeline check``: the known traps in datasets of anybody."""

import sys
from pathlib import Path

import click


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
