"""A misspelt top-level parameter stops the run; Kedro itself would take it in silence."""

import difflib
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from vln_pipeline.errors import DataError

WHERE = frozenset({"executor", "workers", "shard", "max_failures"})
"""Runtime parameters that say where a run executes; they never change results and are read by the catalog."""


class CheckParameters:
    """Compares the keys given by ``--params`` with the blocks of the parameter files."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Check the runtime parameters.

        Raises:
            DataError: a top-level key is unknown.
        """
        given: dict[str, Any] = context._runtime_params or {}
        if not given:
            return
        known = WHERE | _keys_in_files(context.config_loader)
        for key in given:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                mend = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
                raise DataError(f"--params={key}", "unknown parameter", mend)


def _keys_in_files(loader: Any) -> set[str]:
    runtime, loader.runtime_params = loader.runtime_params, {}
    try:
        return set(loader["parameters"])
    finally:
        loader.runtime_params = runtime
