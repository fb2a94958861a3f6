"""Files that are scenes: which they are, what they are called, and what names their contents."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from vln_pipeline.regular_file import regular


def candidates(path: str, pattern: str) -> tuple[Path, list[Path]]:
    """Return the folder that names are told from, and the files that a configuration means, sorted.

    Args:
        path: a file, a folder, or a pattern; empty for nothing.
        pattern: which files of a folder are meant.
    """
    named = Path(path)
    if not path:
        return named, []
    if named.is_dir():
        root, found = named, [*named.glob(pattern)]
    elif named.is_file():
        root, found = named.parent, [named]
    else:
        fixed = len(named.parts)
        while fixed and re.search(r"[*?\[]", "".join(named.parts[:fixed])):
            fixed -= 1
        root = Path(*named.parts[:fixed])
        below = "/".join(named.parts[fixed:])
        found = [*root.glob(below)] if below and root.is_dir() else []
    return root, sorted(f for f in found if f.is_file())


def scene_ids(root: Path, files: Sequence[Path], told_by: Literal["stem", "path"]) -> list[str]:
    """Return ids of letters, digits, "-" and "_"; where two would be equal, a digest of the path tells them apart.

    Args:
        root: folder that paths are told from.
        files: the scenes.
        told_by: whether ids are made from file names, or from paths below the root.
    """
    paths = [f.relative_to(root) for f in files]
    names = [p.stem if told_by == "stem" else p.with_suffix("").as_posix() for p in paths]
    ids = [re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80] or "scene" for name in names]
    count = Counter(i.lower() for i in ids)
    return [
        i if count[i.lower()] == 1 else f"{i}-{hashlib.sha256(p.as_posix().encode()).hexdigest()[:8]}"
        for i, p in zip(ids, paths, strict=True)
    ]


def digest(files: Iterable[Path]) -> str:
    """Return a digest of the files' contents; a file that cannot be opened fails when it is loaded, not here."""
    found = hashlib.sha256()
    for file in files:
        try:
            with regular(file).open("rb") as stream:
                found.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError:
            found.update(b"unreadable")
    return found.hexdigest()
