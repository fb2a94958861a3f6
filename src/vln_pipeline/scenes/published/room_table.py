"""Types of rooms as a user wants them, and which are unknown."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from vln_pipeline.scenes.mesh.objects import Mapping, read_mapping
from vln_pipeline.scenes.published.room_types import known_room_types
from vln_pipeline.scenes.scene import UNKNOWN, Room

_TOLD = 8
"""Types outside the table that are told by name."""


class RoomTable:
    """Puts a user's types in the place of those that rooms have, and counts what no table knows.

    Args:
        mapping: file of patterns of types, in plain words, and what they become; None for none.
        codes: further types that are known, those of a data set's own codes.

    Raises:
        DataError: the mapping file cannot be read.
    """

    def __init__(self, mapping: str | None, codes: Collection[str] = ()) -> None:
        self._mapping = read_mapping(Path(mapping)) if mapping else Mapping()
        self._known = {*known_room_types(), UNKNOWN, *codes}

    def renamed(self, rooms: Sequence[Room]) -> tuple[tuple[Room, ...], list[str]]:
        """Return rooms under their types, and what a scene should tell of types outside the tables."""
        found = tuple(replace(room, label=self._mapping.category(room.label) or room.label) for room in rooms)
        pairs = zip(rooms, found, strict=True)
        untold = Counter(new.label for old, new in pairs if new.label == old.label and new.label not in self._known)
        if not untold:
            return found, []
        ranked = sorted(untold.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f"{name} ({count})" for name, count in ranked[:_TOLD]) + (" ..." if ranked[_TOLD:] else "")
        return found, [f"{untold.total()} rooms of {len(ranked)} types outside the table: {told}"]
