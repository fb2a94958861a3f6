"""The project's ``kedro run``: defaults from ``kedro.yml``, errors in one line, an exit code for partial results."""

import os
import sys
from pathlib import Path
from typing import Any

import click
import yaml
from kedro.framework.cli.project import run
from kedro.framework.project import settings
from kedro.utils import find_kedro_project
from kedro.validation.exceptions import ParameterValidationError

from vln_pipeline.commands import COMMANDS
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.hooks import RunRecorder

EXIT_PARTIAL = 3
"""Exit code of a run that finished but left some items in quarantine."""


@click.group(name="vln-pipeline")
def cli() -> None:
    """Commands of this project."""


def run_defaults(project: Path) -> dict[str, Any]:
    """Return the ``run`` section of the project's ``kedro.yml``."""
    text = (project / "kedro.yml").read_text()
    return (yaml.safe_load(text) or {}).get("run") or {}


def one_line(error: BaseException) -> str | None:
    """Return the message a user needs, or None where only the traceback tells."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DataError):
            return str(cause)
        if isinstance(cause, ParameterValidationError):
            lines = (line.strip() for line in str(cause).splitlines() if "errors.pydantic.dev" not in line)
            return " ".join(lines)
        cause = cause.__cause__ or cause.__context__
    return None


def _run(*args: Any, **kwargs: Any) -> Any:
    try:
        result = _kedro_run(*args, **kwargs)  # type: ignore[misc]  # every command has a callback
    except Exception as error:
        message = one_line(error)
        if message is None or os.environ.get("VLN_DEBUG"):
            raise
        raise click.ClickException(f"{message}\n(VLN_DEBUG=1 shows the traceback)") from error
    recorder = next(hook for hook in settings.HOOKS if isinstance(hook, RunRecorder))
    if recorder.record is not None and _summarise(recorder.record.made, recorder.record.quarantined):
        sys.exit(EXIT_PARTIAL)
    return result


def _summarise(made: dict[str, int], quarantined: dict[str, dict[str, str]]) -> int:
    """Print how many items each stage made and which it left out; return how many it left out."""
    for name, count in made.items():
        click.echo(f"{name:<14} {count:>6} made", err=True)
    for name, causes in quarantined.items():
        for key, cause in causes.items():
            click.echo(f"{name:<14} quarantined {key}: {cause}", err=True)
    return sum(map(len, quarantined.values()))


_kedro_run = run.callback
run.callback = _run
if _project := find_kedro_project(Path.cwd()):
    run.context_settings["default_map"] = run_defaults(_project)
for _command in (run, *COMMANDS):
    cli.add_command(_command)
