"""Names for results by what they were made from: function, code, parameters and inputs."""

import dataclasses
import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel


@runtime_checkable
class Fingerprinted(Protocol):
    """An input that already has a name of this kind, for instance an item of an earlier stage."""

    @property
    def fingerprint(self) -> str:
        """What it was made from."""
        ...


def fingerprint(task: partial, code: tuple[str, ...]) -> str:
    """Return 32 hexadecimal digits that change when the task's result may change.

    Args:
        task: a module-level function with all its arguments bound but the workplace. Arguments may be numbers,
            strings, None, enums, pydantic models, dataclasses, fingerprinted inputs, and tuples, lists or mappings
            of these.
        code: packages whose source decides the result, for instance ``("vln_pipeline.planning",)``.

    Raises:
        TypeError: an argument has no canonical form.
    """
    function: Callable = task.func
    told = {
        "function": f"{function.__module__}.{function.__qualname__}",
        "code": [code_digest(package) for package in code],
        "arguments": [_canonical(a) for a in task.args],
        "keywords": {k: _canonical(v) for k, v in sorted(task.keywords.items())},
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


@cache
def code_digest(package: str) -> str:
    """Return a digest of all source files of a package, or of one module; data files that ship with it count too."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    origin = Path(spec.origin)
    root = origin.parent if origin.name == "__init__.py" else origin
    files = (
        sorted(p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts) if root.is_dir() else [root]
    )
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _canonical(value: Any) -> Any:
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
