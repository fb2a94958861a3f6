"""What a configuration model allows at a place, as far as its fields tell."""

from collections.abc import Iterator
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo


def known_keys(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """Return the keys that a place may have."""
    return [name for inner in _models_at(model, path) for name in inner.model_fields]


def allowed(model: type[BaseModel], path: tuple[str, ...]) -> str:
    """Return the range of the values of a place, such as "allowed: > 0 and <= 3"; empty where it has none."""
    bounds = [text for field in _fields_at(model, path) for rule in field.metadata for text in _bound(rule)]
    return f"allowed: {' and '.join(bounds)}" if bounds else ""


def options(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """Return the words among the values of a place."""
    return [word for field in _fields_at(model, path) for word in _words(field.annotation)]


def _bound(rule: Any) -> Iterator[str]:
    if isinstance(rule, Ge):
        yield f">= {rule.ge}"
    elif isinstance(rule, Gt):
        yield f"> {rule.gt}"
    elif isinstance(rule, Le):
        yield f"<= {rule.le}"
    elif isinstance(rule, Lt):
        yield f"< {rule.lt}"


def _words(annotation: Any) -> Iterator[str]:
    for part in get_args(annotation):
        if isinstance(part, str):
            yield part
        yield from _words(part)


def _fields_at(model: type[BaseModel], path: tuple[str, ...]) -> list[FieldInfo]:
    inner = _models_at(model, path[:-1]) if path else []
    return [model.model_fields[path[-1]] for model in inner if path[-1] in model.model_fields]


def _models_at(model: type[BaseModel], path: tuple[str, ...]) -> list[type[BaseModel]]:
    if not path:
        return [model]
    if path[0] not in model.model_fields:
        return []
    rest = path[1:]
    while rest and rest[0].isdecimal():  # an entry of a list
        rest = rest[1:]
    inside = _models_in(model.model_fields[path[0]].annotation)
    return [found for inner in inside for found in _models_at(inner, rest)]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
