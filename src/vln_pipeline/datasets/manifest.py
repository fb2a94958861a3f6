"""The list of what one version of a store consists of."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

MANIFEST = "manifest.json"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Quarantined:
    """An item that could not be made.

    Attributes:
        key: the item's key.
        cause: one line: what, why, and the mend.
    """

    key: str
    cause: str


@dataclass(frozen=True)
class Manifest:
    """A version of a store; written last, so its presence means the version is complete.

    Attributes:
        items: fingerprint (folder under ``items/``) by key.
        quarantined: what is missing and why.
    """

    items: dict[str, str]
    quarantined: tuple[Quarantined, ...]

    def write(self, directory: Path) -> None:
        """Write into a version's folder, atomically."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"
        replace_text(directory / MANIFEST, text)

    @classmethod
    def read(cls, directory: Path) -> "Manifest":
        """Read from a version's folder."""
        raw = json.loads((directory / MANIFEST).read_text())
        return cls(raw["items"], tuple(Quarantined(**q) for q in raw["quarantined"]))


def replace_text(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old or the new content, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)
