"""A finished work item, and the promise of one."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

Task = partial
"""A module-level function with every argument bound but the last, the ``Workplace``."""


@dataclass(frozen=True)
class Item:
    """A handle on one finished item: small, picklable, loaded by calling it.

    Attributes:
        key: the item's name in its store.
        fingerprint: what it was made from; also the name of its folder.
        directory: where it lies.
        reader: dotted name of the function that reads the folder.
    """

    key: str
    fingerprint: str
    directory: Path
    reader: str

    def __call__(self) -> Any:
        """Read the item."""
        return resolve(self.reader)(self.directory)


def resolve(dotted: str) -> Callable[..., Any]:
    """Return the function or class of a dotted name from the catalog."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)
