"""Finished work that is changed afterwards, in silence."""

from collections.abc import Callable
from pathlib import Path

from case import Case
from subjects import made

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
        store = case.data / case.subject.store
        _remake(case, change, [_draw(case, max(store.glob("items/.state-*/step-*")))])
        case.recover(anew=True)
        stores = [store]
    else:
        case.fill(case.reference.data)
        stores = sorted(folder for folder in case.data.iterdir() if folder.name != "cache")
    items = [_draw(case, store / "items") for store in stores if any(store.glob("items/[!.]*"))]
    others = [_draw(case, store, but="items") for store in stores]
    struck = _items_of(case, items + others)
    _remake(case, change, items + others)
    before = made(case.data)
    case.recover()
    again = made(case.data) - before
    assert set(again) == struck, f"made again: {sorted(again)}; damaged: {sorted(struck)}"


def _draw(case: Case, folder: Path, but: str = "") -> Path:
    """Draw a file in a folder, outside hidden folders and outside one of its own folders."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size > 0 and not path.is_symlink()
        for parts in (path.relative_to(folder).parts,)
        if parts[0] != but and not any(part.startswith(".") for part in parts)
    )
    return case.draw.choice(files)


def _items_of(case: Case, files: list[Path]) -> set[str]:
    """Return the items that hold the files: pictures and videos lie under one inode in several stores."""
    struck = {path.stat().st_ino for path in files}
    return {
        "/".join(path.relative_to(case.data).parts[:3])
        for path in case.data.glob("*/items/[!.]*/**/*")
        if path.is_file() and not path.is_symlink() and path.stat().st_ino in struck
    }


def _remake(case: Case, change: _Change, files: list[Path]) -> None:
    """Damage some files; fsck must name each, and set aside what they belong to."""
    for path in files:
        change(case, path)
        case.told.append(f"{change.__name__} of {path.relative_to(case.data)}")
    code, said = case.tool("fsck")
    unnamed = [str(path) for path in files if path.name not in said]
    assert code == 1 and not unnamed, f"{case.told}: fsck ends with {code} and does not name {unnamed}\n{said}"
    code, said = case.tool("fsck", "--remake")
    left = [path for path in files if path.exists()]
    assert code == 0 and not left, f"{case.told}: ends with {code}, not set aside: {left}\n{said}"


def _flip(case: Case, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[case.draw.randrange(len(content))] ^= 1 << case.draw.randrange(8)
    path.write_bytes(content)


def _truncate(case: Case, path: Path) -> None:
    path.write_bytes(path.read_bytes()[: case.draw.randrange(path.stat().st_size)])
