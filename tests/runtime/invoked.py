"""``kedro run`` in this process, as a user calls it, with all stores in a folder of the test's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from kedro.runner import AbstractRunner

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Invoked:
    """What a command did.

    Attributes:
        code: exit code.
        lines: what it printed about errors.
        text: all that it printed.
        data: folder of its stores.
    """

    code: int
    lines: list[str]
    text: str
    data: Path


def kedro_run(data: Path, words: Sequence[str], **variables: str) -> Invoked:
    """Call the command."""
    _bootstrap()
    from vln_pipeline.cli import run

    variables = {"VLN_DATA": str(data), **variables}
    own = dict(run.context_settings.get("default_map", {}))
    with patch.dict(run.context_settings, default_map=own):  # ``--config`` writes into it, for the process's lifetime
        done = CliRunner().invoke(run, list(words), env=variables, prog_name="run")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    lines = [line for line in done.output.splitlines() if line.startswith("Error: ")]
    return Invoked(done.exit_code, [line.removeprefix("Error: ") for line in lines], done.output, data)


@cache
def _bootstrap() -> None:
    bootstrap_project(ROOT)


class Taker(AbstractRunner):
    """Runs nothing, and keeps what parameters the nodes would get."""

    taken: ClassVar[dict[str, Any]] = {}

    def run(self, pipeline, catalog, *args, **kwargs):
        type(self).taken = {name: catalog.load(name) for name in pipeline.inputs() if name.startswith("params:")}
        return {}

    def _get_executor(self, max_workers):
        return None

    def _run(self, *args, **kwargs):
        raise NotImplementedError


def taken(data: Path, *words: str, **variables: str) -> dict[str, Any]:
    """Return the parameters that the nodes of a command get, by their name without ``params:``."""
    with patch("vln_pipeline.runtime.hooks.check_ancestry.absent", return_value=()):  # nothing is read
        done = kedro_run(data, [*words, "--runner=invoked.Taker"], **variables)
    assert done.code == 0, done.text
    return {name.removeprefix("params:"): value for name, value in Taker.taken.items()}
