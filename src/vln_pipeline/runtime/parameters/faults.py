"""What is wrong with the values of a model: where, why, and what is allowed or may have been meant."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vln_pipeline.config import Config
from vln_pipeline.redaction import redacted
from vln_pipeline.runtime.parameters.model_fields import allowed, known_keys, options

Path = tuple[str, ...]
"""Parts of a dotted key."""
PAGE = "see docs/reference/parameters.md"
_MODEL = re.compile(r"valid dictionary or instance of \w+")
_LARGEST_GUESS = 1e9
_LONGEST = 80
"""Characters of a value that are shown."""


class Fault(NamedTuple):
    """One thing that is wrong.

    Attributes:
        path: where.
        cause: why, in one clause.
        mend: what to do, in one clause.
    """

    path: Path
    cause: str
    mend: str


def faults_of(model: type[Config], raw: Any, block: Path = ()) -> list[Fault]:
    """Return all faults of one model's values.

    Args:
        model: what the values must be.
        raw: the values, as files and options say them.
        block: where they lie.
    """
    try:
        config = model.model_validate(raw)
    except ValidationError as error:
        found = _by_path(raw, error.errors(include_url=False))
        # Where a value may be of several kinds, the one that was meant is the one with faults of its parts.
        whole = {path for path in found if any(path == other[: len(path)] for other in found if path != other)}
        return [_fault(model, block, path, errors) for path, errors in found.items() if path not in whole]
    return [
        Fault((*block, *path), f"{value} should be a number", allowed(model, path) or PAGE)
        for path, value in _flags_for_numbers(raw, config)
    ]


def nearest(name: str, known: Sequence[str], within: Path = ()) -> str:
    """Return what an unknown name may have meant."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {'.'.join((*within, close[0]))}?" if close else f"known are {', '.join(known)}"


def shown(value: Any) -> str:
    """Return a value as a message may have it: short, and without a password."""
    words = {None: "null", True: "true", False: "false"}
    said = words[value] if value is None or isinstance(value, bool) else repr(value)
    text = redacted(said)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _fault(model: type[Config], block: Path, path: Path, errors: Sequence[ErrorDetails]) -> Fault:
    error, place = errors[0], (*block, *path)
    if error["type"] == "extra_forbidden":
        return Fault(place, "unknown parameter", nearest(path[-1], known_keys(model, path[:-1]), place[:-1]))
    if error["type"] == "missing":
        return Fault(place, "is not given", f"give {'.'.join(place)}")
    if error["type"] == "value_error":
        return Fault(place, error["msg"].removeprefix("Value error, "), "")
    causes = dict.fromkeys(_MODEL.sub("mapping", told["msg"].removeprefix("Input ")) for told in errors)
    if error["type"] == "tuple_type" and not isinstance(error["input"], Mapping):
        return Fault(place, f"{shown(error['input'])} should be a list", f"write {'.'.join(place)}=[{error['input']}]")
    mends = [allowed(model, path), *_guesses(model, path, error["input"])]
    return Fault(place, f"{shown(error['input'])} {' or '.join(causes)}", ", ".join(filter(None, mends)) or PAGE)


def _guesses(model: type[Config], path: Path, value: Any) -> Iterator[str]:
    if isinstance(value, str) and (close := get_close_matches(value, options(model, path), n=1)):
        yield f"did you mean {close[0]}?"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_GUESS:
        yield f"write {int(value)}"


def _by_path(raw: Any, errors: Sequence[ErrorDetails]) -> dict[Path, list[ErrorDetails]]:
    found: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_path_in(raw, error), []).append(error)
    return found


def _path_in(raw: Any, error: ErrorDetails) -> Path:
    """Return where in the values an error is; pydantic's own place also has names of kinds that were tried."""
    path: list[str] = []
    for place, part in enumerate(error["loc"], start=1):
        there = part in raw if isinstance(raw, Mapping) else isinstance(raw, list) and part in range(len(raw))
        if there:
            raw = raw[part]
        if there or (error["type"] == "missing" and place == len(error["loc"])):
            path.append(str(part))
    return tuple(path)


def _flags_for_numbers(raw: Any, config: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield where true or false was taken for 1 or 0."""
    if isinstance(raw, bool):
        if isinstance(config, int | float) and not isinstance(config, bool):
            yield path, shown(raw)
    elif isinstance(raw, Mapping):
        for name, inner in raw.items():
            taken = config.get(name) if isinstance(config, Mapping) else getattr(config, str(name), None)
            yield from _flags_for_numbers(inner, taken, (*path, str(name)))
    elif isinstance(raw, list) and isinstance(config, Sequence):
        for place, (inner, taken) in enumerate(zip(raw, config, strict=False)):
            yield from _flags_for_numbers(inner, taken, (*path, str(place)))
