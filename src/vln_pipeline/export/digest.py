"""One hash for everything that is in a folder of datasets."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from vln_pipeline.export.internnav_links import LINK_FOLDERS

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


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    for folder, folders, names in os.walk(directory, followlinks=True):
        folders[:] = [name for name in folders if name not in LINK_FOLDERS]  # they lead to what is counted already
        for name in names:
            if name not in EXCLUDED and not name.startswith("."):
                path = Path(folder) / name
                yield path.relative_to(directory).as_posix(), path
