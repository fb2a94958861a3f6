"""Values for entries of lists, as ``rendering.rigs.0.scale``, which the loader of configurations cannot merge."""

from collections.abc import Mapping
from typing import Any

from vln_pipeline.errors import DataError

_NOTHING = object()
_SHOWN = 3
"""Parts of a mapping that a message names."""


def settled(value: Any, change: Any, faults: list[DataError], key: str = "") -> Any:
    """Return a change as one that can be merged: a list of which entries change stands in it as a whole.

    >>> settled({"rigs": [{"name": "a", "scale": 1}]}, {"rigs": {"0": {"scale": 2}}}, [])
    {'rigs': [{'name': 'a', 'scale': 2}]}

    Args:
        value: what the files say.
        change: what is said for this run.
        faults: takes what cannot be; the change then lacks it.
        key: dotted key of both.
    """
    if isinstance(value, Mapping) and isinstance(change, list):
        some = ", ".join(map(str, list(value)[:_SHOWN]))
        faults.append(DataError(f"{key} (--params)", f"is a mapping ({some} ..), not a list", f"write {key}={{a: 1}}"))
        return _NOTHING
    if not isinstance(change, Mapping) or not change:
        return change
    indexed = all(part.isdecimal() for part in map(str, change))
    if isinstance(value, list):
        if not indexed:
            mend = f"name an entry by its number, as {key}.0, or give the whole list"
            faults.append(DataError(f"{key}.{next(iter(change))} (--params)", f"{key} is a list", mend))
            return value
        return _entries(value, change, faults, key)
    if indexed:
        cause = f"{key} is no list in the parameter files"
        faults.append(DataError(f"{key}.{next(iter(change))} (--params)", cause, f"give it whole: {key}=[...]"))
        return _NOTHING
    inside = value if isinstance(value, Mapping) else {}
    parts = {
        part: settled(inside.get(part), inner, faults, f"{key}.{part}" if key else str(part))
        for part, inner in change.items()
    }
    return {part: inner for part, inner in parts.items() if inner is not _NOTHING}


def merged(lower: Any, upper: Any) -> Any:
    """Return a tree in which the upper one's values stand, and those of the lower one where it says nothing."""
    if not (isinstance(lower, Mapping) and isinstance(upper, Mapping)):
        return upper
    common = {part: merged(lower[part], inner) if part in lower else inner for part, inner in upper.items()}
    return {**lower, **common}


def _entries(value: list[Any], change: Mapping[Any, Any], faults: list[DataError], key: str) -> list[Any]:
    entries = list(value)
    for number, inner in change.items():
        place = int(number)
        if place >= len(entries):
            cause = f"{key} has {len(entries)} entries, and the first one is 0"
            faults.append(DataError(f"{key}.{number} (--params)", cause, f"give the whole list: {key}=[...]"))
        else:
            within = f"{key}.{number}"
            changed = settled(entries[place], inner, faults, within)
            entries[place] = entries[place] if changed is _NOTHING else merged(entries[place], changed)
    return entries
