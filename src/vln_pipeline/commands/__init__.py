"""Commands for what lies on the disk (where it is, whether it is sound, what may go), other machines, and robots."""

import click

from vln_pipeline.commands.check import check
from vln_pipeline.commands.download import download
from vln_pipeline.commands.estimate import estimate
from vln_pipeline.commands.fsck import fsck
from vln_pipeline.commands.join import join
from vln_pipeline.commands.prune import prune
from vln_pipeline.commands.publish import publish
from vln_pipeline.commands.serve import serve
from vln_pipeline.commands.versions import versions
from vln_pipeline.commands.view import view
from vln_pipeline.commands.where import digest, where

COMMANDS: tuple[click.Command, ...] = (
    where,
    versions,
    digest,
    download,
    check,
    fsck,
    prune,
    estimate,
    view,
    publish,
    join,
    serve,
)

__all__ = ["COMMANDS"]
