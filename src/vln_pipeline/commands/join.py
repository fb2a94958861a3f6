"""``vln-pipeline join``: take part in a training that another machine runs."""

import click

from vln_pipeline.commands.catalog import data_folder


@click.command()
@click.option(
    "--node", type=click.IntRange(min=1), required=True, help="Number of this machine; the one that runs kedro is 0."
)
def join(node: int) -> None:
    """Take part in a training that the first machine runs with the same VLN_RENDEZVOUS, and end with it."""
    from vln_pipeline.thread_pools import usable_cpus
    from vln_pipeline.training.join import join as take_part
    from vln_pipeline.training.meeting import meeting_point

    with data_folder() as data:
        take_part(meeting_point(), node, data, usable_cpus())
