"""Names for results by what they were made from: function, code, parameters and inputs."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from vln_pipeline.runtime.code_closure import code_digest


@runtime_checkable
class Fingerprinted(Protocol):
    """An input that already has a name of this kind, for instance a scene of a source."""

    @property
    def fingerprint(self) -> str:
        """What it was made from."""
        ...


@runtime_checkable
class Stored(Protocol):
    """An input that an earlier stage made."""

    @property
    def content(self) -> str:
        """Name of its bytes."""
        ...

    @property
    def reader(self) -> str:
        """Dotted name of the function that reads it."""
        ...


def fingerprint(task: partial, writer: str | None = None, without: Collection[str] = ()) -> str:
    """Return 32 hexadecimal digits that change when the task's result may change.

    Args:
        task: a module-level function with all its arguments bound but the workplace. Arguments may be numbers,
            strings, None, enums, pydantic models, dataclasses, fingerprinted or stored inputs, and tuples, lists or
            mappings of these.
        writer: dotted name of the function that writes what the task returns.
        without: modules whose source does not decide the result.

    Raises:
        TypeError: an argument has no canonical form.
    """
    function: Callable = task.func
    readers = {item.reader for item in inputs(task)}
    told = {
        "function": f"{function.__module__}.{function.__qualname__}",
        "code": code_digest(function, also=tuple(sorted(readers | ({writer} if writer else set()))), without=without),
        "arguments": [_canonical(a) for a in task.args],
        "keywords": {k: _canonical(v) for k, v in sorted(task.keywords.items())},
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def inputs(*tasks: partial) -> Iterator[Any]:
    """Yield what earlier stages made among the arguments of tasks, in their order."""
    for task in tasks:
        for value in (*task.args, *task.keywords.values()):
            yield from _stored(value)


def _stored(value: Any) -> Iterator[Stored]:
    if isinstance(value, Stored):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _stored(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _stored(part)


def _canonical(value: Any) -> Any:
    if isinstance(value, Stored):
        return {"content": value.content}
    if isinstance(value, Fingerprinted):
        return {"item": value.fingerprint}
    if isinstance(value, BaseModel):
        return {type(value).__name__: value.model_dump(mode="json")}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _canonical(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {type(value).__name__: fields}
    if isinstance(value, Enum):
        return _canonical(value.value)
    if isinstance(value, Mapping):
        return {str(k): _canonical(v) for k, v in sorted(value.items())}
    if isinstance(value, tuple | list):
        return [_canonical(v) for v in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form, so nothing made from it can be named")
