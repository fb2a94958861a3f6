"""The project's ``kedro run``: defaults from ``kedro.yml``, errors in one line, an exit code for partial results."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import yaml
from kedro.framework.cli.project import run
from kedro.framework.cli.utils import KedroCliError
from kedro.framework.project import settings
from kedro.utils import find_kedro_project, load_obj

from vln_pipeline.commands import COMMANDS
from vln_pipeline.episodes.account_lines import account_lines
from vln_pipeline.runtime.hooks import RunRecorder
from vln_pipeline.runtime.parameters.option import ParametersOption
from vln_pipeline.runtime.refused import RefusedError
from vln_pipeline.runtime.told import Told, one_line

EXIT_REFUSED = 2
"""Exit code of a command that was refused before anything was started."""
EXIT_PARTIAL = 3
"""Exit code of a run that finished but left some items in quarantine."""


@click.group(name="vln-pipeline")
def cli() -> None:
    """Commands of this project."""


def run_defaults(project: Path) -> dict[str, Any]:
    """Return the ``run`` section of the project's ``kedro.yml``."""
    text = (project / "kedro.yml").read_text()
    return (yaml.safe_load(text) or {}).get("run") or {}


def _telling(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that ends the command with one line where it can."""

    def tell(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except RefusedError as refusal:
            raise Told(str(refusal), EXIT_REFUSED) from refusal
        except KedroCliError as error:  # shows itself as "NoneType: None"
            raise Told(str(error), EXIT_REFUSED) from error
        except click.ClickException:
            raise
        except Exception as error:
            message = one_line(error)
            if message is None or os.environ.get("VLN_DEBUG"):
                raise
            raise Told(message, hint="(VLN_DEBUG=1 shows the traceback)") from error

    return tell


def _run(*args: Any, **kwargs: Any) -> Any:
    runner = kwargs.get("runner")
    try:
        load_obj(runner or "SequentialRunner", "kedro.runner")
    except (AttributeError, ImportError, ValueError) as error:
        known = "SequentialRunner, ThreadRunner or the full name of a class"
        raise Told(f"--runner={runner}: there is no such class; use {known}", EXIT_REFUSED) from error
    result = _kedro_run(*args, **kwargs)  # type: ignore[misc]  # every command has a callback
    recorder = next(hook for hook in settings.HOOKS if isinstance(hook, RunRecorder))
    if recorder.record is not None:
        left_out = _summarise(recorder.record.made, recorder.record.quarantined)
        for told in recorder.record.accounts.values():
            click.echo("\n".join(account_lines(told)), err=True)
        if left_out:
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


_kedro_run, run.callback = run.callback, _run
run.params = [ParametersOption() if option.name == "params" else option for option in run.params]
for _option in run.params:
    if _option.callback is not None:
        _option.callback = _telling(_option.callback)
if _project := find_kedro_project(Path.cwd()):
    try:
        run.context_settings["default_map"] = run_defaults(_project)
    except (yaml.YAMLError, AttributeError) as _error:
        sys.exit(f"Error: {_project / 'kedro.yml'}: not readable ({' '.join(str(_error).split())}); mend the file")
for _command in (run, *COMMANDS):
    if _command.callback is not None:
        _command.callback = _telling(_command.callback)
    cli.add_command(_command)
