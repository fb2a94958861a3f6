"""Which nodes a command asks for, and what of it does not exist."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from kedro.pipeline import Pipeline

from vln_pipeline.errors import DataError

_NAMES = "`kedro registry list` and `kedro registry describe` tell the names"
_OPTIONS = {
    "tags": "--tags",
    "node_names": "--nodes",
    "from_nodes": "--from-nodes",
    "to_nodes": "--to-nodes",
    "namespaces": "--namespaces",
    "from_inputs": "--from-inputs",
    "to_outputs": "--to-outputs",
}
"""Options that choose among the nodes of the pipelines, by their names in ``KedroSession.run``."""


def select(registered: Mapping[str, Pipeline], options: Mapping[str, Any]) -> tuple[Pipeline, list[DataError]]:
    """Return the nodes of a run, and the faults of what chooses them.

    Args:
        registered: all pipelines by name.
        options: those of ``KedroSession.run``.
    """
    names = list(options.get("pipeline_names") or [options.get("pipeline_name") or "__default__"])
    faults = _absent("--pipelines", names, registered)
    chosen = sum((registered[name] for name in names if name in registered), start=Pipeline([]))
    stored = {name for pipeline in registered.values() for name in pipeline.datasets()}
    faults += _absent("--load-versions", options.get("load_versions"), stored)
    if not faults:
        known = _known(chosen)
        faults = [fault for name in _OPTIONS for fault in _absent(_OPTIONS[name], options.get(name), known[name])]
    if faults:
        return chosen, faults
    wanted = {"node_namespaces" if name == "namespaces" else name: options.get(name) for name in _OPTIONS}
    try:
        return chosen.filter(**wanted), []
    except ValueError:
        given = " ".join(option for name, option in _OPTIONS.items() if options.get(name))
        return chosen, [DataError(given, "no node is chosen by all of them", "leave one out")]


def _known(pipeline: Pipeline) -> dict[str, set[str]]:
    nodes, stored = {node.name for node in pipeline.nodes}, pipeline.datasets()
    return {
        "tags": {tag for node in pipeline.nodes for tag in node.tags},
        "node_names": nodes,
        "from_nodes": nodes,
        "to_nodes": nodes,
        "namespaces": {node.namespace for node in pipeline.nodes if node.namespace},
        "from_inputs": stored,
        "to_outputs": stored,
    }


def _absent(option: str, wanted: Iterable[str] | None, known: Iterable[str]) -> list[DataError]:
    there = set(known)
    return [
        DataError(f"{option}={name}", "there is none of that name in what is to run", _mend(name, there))
        for name in wanted or ()
        if name not in there
    ]


def _mend(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant; a node may be named without its stage."""
    close = [full for full in sorted(known) if full.rpartition(".")[2] == name] or get_close_matches(name, known)
    return f"did you mean {' or '.join(close)}?" if close else _NAMES
