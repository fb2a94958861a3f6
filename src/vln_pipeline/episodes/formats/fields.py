"""Fields of a row of JSON as what they should be; a ``ValueError`` says in one clause what is wrong."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FAR = 1e4
"""Largest plausible coordinate or length, metres."""
_MOST_POINTS = 100_000


def require(row: Any, name: str) -> Any:
    """Return a field that must be there."""
    if not isinstance(row, Mapping):
        raise ValueError("is no object")
    if name not in row or row[name] is None:
        raise ValueError(f"has no {name}")
    return row[name]


def name_of(row: Any, name: str) -> str:
    """Return an identifier, which files give as a number or as text."""
    value = require(row, name)
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).strip():
        raise ValueError(f"{name} is no identifier: {str(value)[:40]!r}")
    return str(value).strip()


def text(row: Any, name: str) -> str:
    """Return words, runs of blanks made one."""
    value = require(row, name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} holds no words")
    return " ".join(value.split())


def number(row: Any, name: str) -> float:
    """Return a number of plausible size."""
    value = require(row, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_FAR <= value <= _FAR:
        raise ValueError(f"{name} is no plausible number: {str(value)[:40]}")
    return float(value)


def point(row: Any, name: str) -> NDArray[np.float64]:
    """Return (3,) metres."""
    found = _numbers(require(row, name), name)
    if found.shape != (3,):
        raise ValueError(f"{name} is no point of three numbers")
    return found


def points(row: Any, name: str) -> NDArray[np.float64]:
    """Return (N, 3) metres, N >= 1."""
    value = require(row, name)
    if isinstance(value, list) and len(value) > _MOST_POINTS:
        raise ValueError(f"{name} has {len(value)} points")
    found = _numbers(value, name)
    if found.ndim != 2 or found.shape[1] != 3:
        raise ValueError(f"{name} is no list of points of three numbers")
    return found


def quaternion(row: Any, name: str) -> NDArray[np.float64]:
    """Return four numbers of length one, in the order of the file."""
    found = _numbers(require(row, name), name)
    if found.shape != (4,) or abs(float(np.linalg.norm(found)) - 1) > 0.01:
        raise ValueError(f"{name} is no unit quaternion")
    return found


def _numbers(value: Any, name: str) -> NDArray[np.float64]:
    try:
        found = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{name} is not made of numbers") from error
    if not np.isfinite(found).all() or np.abs(found).max(initial=0) > _FAR:
        raise ValueError(f"{name} holds a number that is not finite or beyond {_FAR:g} m")
    return found
