"""Where a sealed folder belongs, so that one folder is not taken for another that was put in its place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HOME = "folder"


def home_of(folder: Path) -> dict[str, str]:
    """Return what the seal of a folder is to tell: its name, and that of what it lies in.

    >>> home_of(Path("data/cache/packs/a1"))
    {'folder': 'packs/a1'}
    """
    return {_HOME: f"{folder.parent.name}/{folder.name}"}


def stranger(folder: Path, told: Mapping[str, Any]) -> str:
    """Return which folder lies in another's place; empty where it belongs there, or its seal does not tell.

    Args:
        folder: as it lies now.
        told: what its seal tells.
    """
    home = told.get(_HOME, "")
    return "" if home == home_of(folder)[_HOME] else str(home)
