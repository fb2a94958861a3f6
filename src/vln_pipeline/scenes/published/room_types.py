"""What a raw room type of any data set is called."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vln_pipeline.scenes.scene import UNKNOWN

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+")


def room_type(raw: object, codes: Mapping[str, str] | None = None) -> str:
    """Return the type of a room in plain words, lower case; "unknown" where it says nothing.

    However a type is written, it is one type: "LivingRoom", "livingroom", "living_room_2" and "LIVING ROOM" are the
    "living room". A type that no table lists keeps its own words.

    Args:
        raw: as the data set has it.
        codes: types by the data set's own codes, which are taken letter for letter.
    """
    text = str(raw or "").strip()
    if codes and text in codes:
        return codes[text]
    words = [word.lower() for word in _WORD.findall(text)]
    return _types().get("".join(words)) or " ".join(words) or UNKNOWN


def known_room_types() -> tuple[str, ...]:
    """Return the types of the table, without "unknown"."""
    return tuple(sorted(set(_types().values()) - {UNKNOWN}))


@cache
def _types() -> dict[str, str]:
    """Return type by raw type, written without blanks, from a table that lists raw types by type."""
    entries = json.loads(Path(__file__).with_name("room_types.json").read_text(encoding="utf-8"))
    return {_squeezed(raw): name for name, raws in entries.items() for raw in (name, *raws)}


def _squeezed(raw: str) -> str:
    return "".join(raw.lower().split())
