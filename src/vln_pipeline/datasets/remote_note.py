"""The object that makes an item at an address count as finished."""

import posixpath
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vln_pipeline.durable import Seal, checked_text, read_checked_text
from vln_pipeline.errors import DataError

NOTE = "item.json"
"""Name of the object."""


@dataclass(frozen=True)
class Note:
    """What is noted of a finished item.

    Attributes:
        attempt: name of the attempt at it that counts.
        seal: of its files and links.
    """

    attempt: str
    seal: Seal

    @property
    def links(self) -> dict[str, str]:
        """Where links among the files lead, by relative name; made for other programs, inside the item."""
        return self.seal.links or {}

    @classmethod
    def parse(cls, content: bytes, address: str) -> "Note":
        """Return the note that an object holds.

        Args:
            content: of the object.
            address: where it was found.

        Raises:
            DataError: it is damaged, or names something outside of the item.
        """
        raw = read_checked_text(content, address)
        try:
            note = cls(str(raw["attempt"]), Seal.of_json(raw))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataError(address, "is not of this program's format", "make the item again") from error
        led = [posixpath.normpath(posixpath.join(posixpath.dirname(n), to)) for n, to in note.links.items()]
        for name in (note.attempt, *note.seal.files, *note.links, *led):
            if name.startswith("/") or ".." in PurePosixPath(name).parts:
                raise DataError(address, f"names a file outside of the item ({name})", "make the item again")
        return note

    def content(self) -> bytes:
        """Return what the object holds."""
        return checked_text({"attempt": self.attempt, **self.seal.as_json()}).encode()

    def link(self, folder: Path) -> None:
        """Make the links in a folder that has the files."""
        for name, target in self.links.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(target)
