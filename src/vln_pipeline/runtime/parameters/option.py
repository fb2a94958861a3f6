"""The option ``--params`` of ``kedro run``, which may be given more than once."""

from collections.abc import Mapping
from typing import Any

import click

from vln_pipeline.runtime.parameters.given import parse_parameters

_HELP = """Parameters for this run, as KEY=VALUE,KEY=VALUE; may be given more than once. Keys are dotted, a number is an
entry of a list: rendering.rigs.0.scale=.2. Values are written as in YAML: 3, 1e-3, true, null, text, [a, b], {a: 1}.
Quotes, which the shell must leave, keep a comma: --params='scenes.mesh.path="a,b.glb"'."""


class ParametersOption(click.Option):
    """Stands in for Kedro's option, which has no lists and no quotes, and forgets all but the last one."""

    def __init__(self) -> None:
        super().__init__(["--params"], type=click.UNPROCESSED, multiple=True, help=_HELP, callback=_parsed)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the texts of the option, or the mapping of a configuration file as it is."""
        if isinstance(value, Mapping):
            return dict(value)
        return super().type_cast_value(ctx, (value,) if isinstance(value, str) else value)


def _parsed(_: click.Context, __: click.Parameter, value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else parse_parameters(value or ())
