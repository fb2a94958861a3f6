"""``vln-pipeline publish``."""

from pathlib import Path

import click

from vln_pipeline.errors import DataError


@click.command()
@click.argument("dataset", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--repo", "repository", required=True, help="Name of the repository on the hub, user/name.")
@click.option("--dry-run", is_flag=True, help="Tell what would be sent, and send nothing.")
@click.option("--private", is_flag=True, help="Make a new repository one that only you see.")
def publish(dataset: Path, repository: str, dry_run: bool, private: bool) -> None:
    """Publish one exported dataset on the hub; the same command goes on after a cut connection."""
    from vln_pipeline.export.publish import offer, require_name
    from vln_pipeline.export.publish import publish as send

    try:
        require_name(repository)
        offered = offer(dataset.resolve())
        click.echo(offered.summary())
        if dry_run:
            click.echo(f"nothing was sent; {repository} would hold the files above")
            return
        click.echo(send(offered, repository, private=private))
    except DataError as error:
        raise click.ClickException(str(error)) from error
