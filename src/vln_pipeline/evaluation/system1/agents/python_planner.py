"""A policy of the user's own, named by the dotted path of its class."""

import importlib

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import LocalPlanner
from vln_pipeline.evaluation.system1.agents.config import PlannerConfig


def make_planner(config: PlannerConfig) -> LocalPlanner:
    """Import and call the factory.

    Raises:
        DataError: there is none of that name, or it does not take the options, or what it returns is no planner.
    """
    module, _, name = config.factory.rpartition(".")
    try:
        planner = getattr(importlib.import_module(module), name)(**config.options)
    except (ImportError, AttributeError, TypeError) as error:
        raise DataError(f"planner {config.name}", f"{config.factory}: {error}", "check the name and options") from error
    missing = [method for method in ("reset", "plan") if not callable(getattr(planner, method, None))]
    if missing:
        cause = f"{config.factory} returns a {type(planner).__name__} without {' and '.join(missing)}"
        raise DataError(f"planner {config.name}", cause, "return a LocalPlanner")
    return planner
