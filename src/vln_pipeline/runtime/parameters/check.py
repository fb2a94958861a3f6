"""The whole check of a run's parameters: every block of every stage, whatever is to run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from vln_pipeline.config import Config
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.config_loader import LayeredConfigLoader
from vln_pipeline.runtime.parameters.blocks import BLOCKS, PER_RUN, PlaceConfig, SeedConfig
from vln_pipeline.runtime.parameters.faults import Fault, faults_of, nearest


@dataclass(frozen=True)
class Checked:
    """Parameters that were looked at.

    Attributes:
        blocks: the configuration of each block without a fault.
        place: where the run executes; None where that is wrong.
        faults: all that is wrong.
    """

    blocks: Mapping[str, Config]
    place: PlaceConfig | None
    faults: tuple[DataError, ...]


def check(loader: LayeredConfigLoader, given: Mapping[str, Any]) -> Checked:
    """Return the parameters of a run and all their faults.

    Args:
        loader: of the run.
        given: what ``--params`` says.
    """
    parameters = {name: value for name, value in loader["parameters"].items() if not _is_place(name, given)}
    place = {**loader["globals"], **{name: given[name] for name in PER_RUN if name in given}}
    by_block = {name: faults_of(model, parameters.get(name, {}), (name,)) for name, model in BLOCKS.items()}
    seeds = {name: parameters[name] for name in SeedConfig.model_fields if name in parameters}
    faults = [*_unknown(parameters, given), *faults_of(SeedConfig, seeds), *chain.from_iterable(by_block.values())]
    placing = faults_of(PlaceConfig, place)
    told = [*_told(faults, loader, "parameters", given), *_told(placing, loader, "globals", given)]
    return Checked(
        {name: BLOCKS[name].model_validate(parameters.get(name, {})) for name, wrong in by_block.items() if not wrong},
        None if placing else PlaceConfig.model_validate(place),
        (*loader.faults, *told),
    )


def _is_place(name: str, given: Mapping[str, Any]) -> bool:
    """Return whether a value is among the parameters only because ``--params`` put it there."""
    return name in PER_RUN and name in given


def _unknown(parameters: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Fault]:
    known = [*BLOCKS, *SeedConfig.model_fields]
    for name in map(str, parameters):
        if name in PlaceConfig.model_fields:
            yield Fault((name,), "is no parameter", "it says where a run executes and belongs into globals.yml")
        elif name not in known:
            commas = "; quotes keep a comma in a value" if name in given else ""
            yield Fault((name,), "unknown parameter", nearest(name, [*known, *sorted(PER_RUN)]) + commas)


def _told(
    faults: Sequence[Fault], loader: LayeredConfigLoader, kind: str, given: Mapping[str, Any]
) -> Iterator[DataError]:
    """Yield the faults with who says each: the uppermost of those that say most of its key."""
    files = {layer: loader.said_by(layer, kind) for layer in loader.layers} if faults else {}
    says = {"--params": given} | {f"{'/'.join(Path(layer).parts[-2:])}/{kind}": said for layer, said in files.items()}
    for path, cause, mend in faults:
        origin = max(says, key=lambda name: _depth(says[name], path))
        yield DataError(f"{'.'.join(path)} ({origin})", cause, mend)


def _depth(tree: Any, path: tuple[str, ...]) -> int:
    for depth, part in enumerate(path):
        if isinstance(tree, list) and part.isdecimal() and int(part) < len(tree):
            tree = tree[int(part)]
        elif isinstance(tree, Mapping) and part in (named := {str(key): inner for key, inner in tree.items()}):
            tree = named[part]
        else:
            return depth
    return len(path)
