"""Which options of ``serve`` mean something to what is served."""

import click
from click.core import ParameterSource

from vln_pipeline.errors import DataError

POLICY = ("samples", "sampler", "steps", "bfloat16", "memory_stride")
"""Those that change the policy of a NavDP network."""
_NETWORK = frozenset({"manner", *POLICY})
_CAMERAS = frozenset({"camera", "strict_camera"})
_DUAL = frozenset({"system1", "samples"})
_MEANT = {
    "navdp": _NETWORK | _CAMERAS | {"ordered_channels", "together"},
    "native": _NETWORK | _CAMERAS,
    "native with two systems": _DUAL | _CAMERAS | {"rethink", "stale"},
    "internnav": _DUAL | {"camera", "instruction", "gap"},
}


def refuse_meaningless(context: click.Context, contract: str) -> None:
    """Refuse options that were given and that nothing would look at, so that nobody believes in them.

    Raises:
        DataError: there is one.
    """
    two = contract == "native" and context.params["system1"] is not None
    served = "native with two systems" if two else contract
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name in frozenset.union(*_MEANT.values()) and name not in _MEANT[served]:
            raise DataError(parameter.opts[0], f"means nothing to the contract {served}", "leave it out")
