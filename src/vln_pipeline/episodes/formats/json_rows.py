"""Walking through a large JSON document one row at a time, so that memory holds its text and one row."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vln_pipeline.errors import DataError

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def rows(text: str, key: str, name: str) -> Iterator[Any]:
    """Yield the elements of the list that a document's top object holds under a key.

    Args:
        text: the document; what follows the list is not looked at.
        key: of the list.
        name: of the file, for the error.

    Raises:
        DataError: it is no such document.
    """
    with _json_of(name):
        at = _past(text, 0, "{")
        while True:
            found, at = _value(text, at)
            at = _past(text, at, ":")
            if found == key:
                break
            at = _value(text, at)[1]
            if text[at : at + 1] != ",":
                raise DataError(name, f'has no "{key}"', "it is no episode file; see docs/how-to/vlnce.md")
            at = _past(text, at, ",")
        yield from _elements(text, _past(text, at, "["))


def members(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the keys and values of a document's top object.

    Args:
        text: the document.
        name: of the file, for the error.

    Raises:
        DataError: it is no such document.
    """
    with _json_of(name):
        at = _past(text, 0, "{")
        while text[at : at + 1] != "}":
            key, at = _value(text, at)
            value, at = _value(text, _past(text, at, ":"))
            yield str(key), value
            if text[at : at + 1] != "}":
                at = _past(text, at, ",")


def whole(text: str, name: str) -> Any:
    """Return all that a small document holds.

    Raises:
        DataError: it is no JSON.
    """
    with _json_of(name):
        return json.loads(text)


@contextmanager
def _json_of(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise DataError(name, f"no readable JSON ({str(error)[:80]})", "download it again") from error


def _elements(text: str, at: int) -> Iterator[Any]:
    while text[at : at + 1] != "]":
        value, at = _value(text, at)
        yield value
        if text[at : at + 1] != "]":
            at = _past(text, at, ",")


def _value(text: str, at: int) -> tuple[Any, int]:
    value, at = _DECODER.raw_decode(text, at)
    return value, _skip(text, at)


def _past(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"{mark} expected at character {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
