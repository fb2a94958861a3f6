"""Finished work that is changed afterwards, in silence."""

from collections.abc import Callable
from pathlib import Path

from case import Case
from subjects import complete, made

_Change = Callable[[Case, Path], None]


def bit_flip(case: Case) -> None:
    """One bit of one file, in every store; of a training, in its saved state and in its result."""
    _damage(case, _flip)


def truncation(case: Case) -> None:
    """The end of one file is lost, in every store; of a training, in its saved state and in its result."""
    _damage(case, _truncate)


def _damage(case: Case, change: _Change) -> None:
    if case.subject.trains:
        case.fill()
        run = case.start()
        case.moment(run)
        run.clear()
        items = case.data / case.subject.store / "items"
        _remake(case, change, [max(items.glob(".state-*/step-*"))])
        case.recover(anew=True)
        struck = _remake(case, change, list(items.glob("[!.]*")))
    else:
        case.fill(case.reference.data)
        items = sorted(complete(case.data))
        stores = sorted({path.split("/")[0] for path in items})
        drawn = [case.draw.choice([path for path in items if path.startswith(f"{store}/")]) for store in stores]
        struck = _remake(case, change, [case.data / path for path in drawn])
    before = made(case.data)
    case.recover(but=struck)
    again = made(case.data) - before
    assert set(again) == struck, f"made again: {sorted(again)}; damaged: {sorted(struck)}"
    code, said = case.tool("fsck")
    assert code == 0, f"still damaged: {said}"


def _remake(case: Case, change: _Change, folders: list[Path]) -> set[str]:
    """Damage one file of each folder; fsck must name them, and set the folders aside.

    Returns:
        The folders' paths in the data folder.
    """
    struck = []
    for folder in folders:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > 0)
        path = case.draw.choice(files)
        change(case, path)
        struck.append(path)
        case.told.append(f"{change.__name__} of {path.relative_to(case.data)}")
    code, said = case.tool("fsck")
    unnamed = [str(path) for path in struck if path.name not in said]
    assert code != 0 and not unnamed, f"fsck ends with {code} and does not name {unnamed}\n{said}"
    code, said = case.tool("fsck", "--remake")
    assert not [folder for folder in folders if folder.exists()], f"not set aside:\n{said}"
    return {folder.relative_to(case.data).as_posix() for folder in folders}


def _flip(case: Case, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[case.draw.randrange(len(content))] ^= 1 << case.draw.randrange(8)
    path.write_bytes(content)


def _truncate(case: Case, path: Path) -> None:
    path.write_bytes(path.read_bytes()[: case.draw.randrange(path.stat().st_size)])
