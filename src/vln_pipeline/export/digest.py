"""One hash for everything that is in a folder of datasets."""

import hashlib
import os
from pathlib import Path

EXCLUDED = frozenset({"README.md", "seal.json", "manifest.json", "plan.json", "journal.jsonl"})
"""File names that do not count: the dataset card, which tells the command and versions of the run that wrote it, and
the store's own records, which hold times, hosts and fingerprints of code."""


def digest(directory: Path) -> str:
    """Return 64 hexadecimal digits that change when any file is added, removed, renamed or altered.

    Files count by relative path and content, in sorted order; links are followed, times and permissions do not count,
    nor do files called as in ``EXCLUDED`` or hidden ones.
    """
    found = hashlib.sha256()
    for name, path in sorted(_files(directory)):
        with path.open("rb") as content:
            found.update(f"{name}\0{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()


def _files(directory: Path) -> list[tuple[str, Path]]:
    return [
        (path.relative_to(directory).as_posix(), path)
        for folder, _, names in os.walk(directory, followlinks=True)
        for name in names
        if name not in EXCLUDED and not name.startswith(".")
        for path in (Path(folder) / name,)
    ]
