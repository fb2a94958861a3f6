"""Which items a command has compared byte by byte: one of its processes tells the others.

A command reads the frames of a home in labelling, filtering and export, each in processes of its own. To compare every
byte in each of them took 4 % of the CPU time of a run; once per command takes a quarter of it.
"""

import uuid
from contextlib import suppress
from pathlib import Path

COMPARED = ".compared"
THIS_COMMAND = uuid.uuid4().hex
"""Name of the command that this process started; its workers get it with the items."""


def was_compared(directory: Path, command: str) -> bool:
    """Tell whether a process of a command has compared an item of a store."""
    try:
        return _note(directory).read_text(encoding="ascii") == command
    except (OSError, ValueError):
        return False


def note_compared(directory: Path, command: str) -> None:
    """Tell the other processes of a command that an item of a store is sound."""
    with suppress(OSError):  # a store that only may be read: the others compare it, too
        _note(directory).parent.mkdir(exist_ok=True)
        _note(directory).write_text(command, encoding="ascii")


def forget_compared(directory: Path) -> None:
    """Remove the note on an item that is deleted."""
    with suppress(OSError):
        _note(directory).unlink()


def _note(directory: Path) -> Path:
    return directory.parents[1] / COMPARED / directory.name
