"""Folders that survive a power cut, and that tell when they are no longer what was written.

A folder is sealed: everything in it is synced to the disk, and a last file lists each of its files with size and
checksum. Nothing counts as finished without that list, so what a crash left half-written is seen as unfinished, and
what was changed afterwards is named.
"""

import fnmatch
import json
import os
import stat
import uuid
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import xxhash

from vln_pipeline.errors import DataError
from vln_pipeline.file_mark import FileMark, kind_of, mark_file
from vln_pipeline.file_system_sync import sync_file_system
from vln_pipeline.regular_file import regular

SEAL = "seal.json"
DAMAGED = ".damaged-"
PART = ".part-"
"""What the name of a folder or file begins with while it is written."""
_CHECK = "check"
_MANY = 64  # files from which on the whole file system is synced at once
_SYNCING = 8  # threads that wait for the disk; syncing files one after the other takes three times as long


@dataclass(frozen=True)
class Seal:
    """What a folder held when it was finished.

    Attributes:
        files: mark by path relative to the folder, with "/".
        told: what its maker wants to be known about it; JSON.
        links: where links in it lead, by relative path; they are for other programs and no part of the content. None
            where that was not noted.
    """

    files: dict[str, FileMark]
    told: dict[str, Any]
    links: dict[str, str] | None = None

    def content(self, without: Collection[str] = ()) -> str:
        """Return 32 hexadecimal digits that say which bytes lie under which names; equal folders have equal ones.

        Args:
            without: patterns of files that do not count.
        """
        counted = {n: m for n, m in self.files.items() if not any(fnmatch.fnmatch(n, pattern) for pattern in without)}
        lines = (f"{name}\0{mark.size}\0{mark.hash}\n" for name, mark in sorted(counted.items()))
        return xxhash.xxh3_128_hexdigest("".join(lines).encode())

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        files = {name: [mark.size, mark.hash] for name, mark in self.files.items()}
        return {"told": self.told, "files": files, "links": self.links}

    @classmethod
    def of_json(cls, raw: dict[str, Any]) -> "Seal":
        """Return what ``as_json`` was made of.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: it is no seal.
        """
        files = {name: FileMark(size, hash_) for name, (size, hash_) in raw["files"].items()}
        return cls(files, dict(raw["told"]), raw.get("links"))


def seal(folder: Path, told: dict[str, Any] | None = None) -> Seal:
    """Sync a finished folder to the disk and write its list of files, which makes it count as finished.

    Args:
        folder: complete, and written by nobody else.
        told: what is to be known about it.

    Raises:
        OSError: the disk is full, for instance.
    """
    folders, names, links = _tree(folder)
    paths = [os.path.join(folder, name) for name in names]  # noqa: PTH118  # thousands
    if len(names) >= _MANY and sync_file_system(folder):
        files = dict(zip(names, map(mark_file, paths), strict=True))
    else:
        with ThreadPoolExecutor(_SYNCING) as pool:
            files = dict(zip(names, pool.map(_sync_marked, paths), strict=True))
        for inner in reversed(folders):
            sync(inner)
    made = Seal(files, told or {}, links)
    write_checked(folder / SEAL, made.as_json())
    return made


def read_seal(folder: Path) -> Seal:
    """Return the seal of a folder.

    Raises:
        DataError: it has none, or a damaged one.
    """
    raw = read_checked(folder / SEAL)
    try:
        return Seal.of_json(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            str(folder / SEAL), "is no list of a folder's files: another file was put there", _MEND
        ) from error


def faults(folder: Path, made: Seal, *, contents: bool) -> Iterator[str]:
    """Yield one line per file or link that is not what the seal says.

    Args:
        folder: the sealed folder.
        made: its seal.
        contents: whether checksums are compared, for which every byte is read; sizes always are.
    """
    for name, mark in made.files.items():
        path = os.path.join(folder, name)  # noqa: PTH118  # of thousands of files, joining by pathlib takes longest
        try:
            there = os.lstat(path)
            if not stat.S_ISREG(there.st_mode):
                yield f"{name} is a {kind_of(there.st_mode)}, not the file that was written"
                continue
            found = mark_file(path) if contents else FileMark(there.st_size, mark.hash)
            if found.size != mark.size:
                yield f"{name} has {found.size} bytes, not {mark.size}"
            elif found.hash != mark.hash:
                yield f"{name} has other content than was written"
        except OSError as error:
            yield f"{name} cannot be read ({error.strerror})"
    for name, target in (made.links or {}).items():
        link = folder / name
        if not link.is_symlink() or str(link.readlink()) != target:
            yield f"{name} is not the link to {target} that was made"


def require_sound(folder: Path, *, contents: bool) -> Seal:
    """Return the seal of a folder that is what it was when it was sealed.

    Raises:
        DataError: it is not; tells the first file that differs and how many do.
    """
    made = read_seal(folder)
    found = list(faults(folder, made, contents=contents))
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise DataError(str(folder), f"damaged since it was finished: {found[0]}{more}", _MEND)
    return made


def write_checked(path: Path, told: dict[str, Any]) -> None:
    """Write a JSON object, durably, that carries a checksum of itself.

    Raises:
        OSError: the disk is full, for instance.
    """
    replace_text(path, checked_text(told))


def checked_text(told: dict[str, Any]) -> str:
    """Return a JSON object that carries a checksum of itself."""
    body = json.dumps(told, indent=1, sort_keys=True, default=str)[1:] + "\n"
    return f'{{"{_CHECK}": "{xxhash.xxh3_128_hexdigest(body.encode())}",{body}'


def read_checked(path: Path) -> dict[str, Any]:
    """Return a JSON object that ``write_checked`` wrote, without its checksum.

    Raises:
        DataError: the file is missing, or one of its bytes is another.
    """
    try:
        text = regular(path).read_bytes()
    except DataError as error:
        raise DataError(str(path), error.cause, _MEND) from error
    except OSError as error:
        raise DataError(str(path), f"is missing or damaged ({error.strerror})", _MEND) from error
    return read_checked_text(text, str(path))


def read_checked_text(text: bytes, subject: str) -> dict[str, Any]:
    """Return a JSON object of ``checked_text``, without its checksum.

    Args:
        text: as it was found.
        subject: where.

    Raises:
        DataError: one of its bytes is another.
    """
    try:
        head, body = text.split(b",", 1)
        if head.decode() != f'{{"{_CHECK}": "{xxhash.xxh3_128_hexdigest(body)}"':
            raise DataError(subject, "is damaged: its content is not what was written", _MEND)
        return json.loads(b"{" + body)
    except ValueError as error:
        raise DataError(subject, "is missing or damaged (it is empty or cut off)", _MEND) from error


def set_aside(path: Path) -> Path:
    """Give a damaged file or folder a name under which nothing takes it for sound, and return it."""
    number = 1
    while (kept := path.with_name(f"{DAMAGED}{path.name}-{number}")).exists():
        number += 1
    rename(path, kept)
    return kept


_sync_marked = partial(mark_file, synced=True)


def sync_tree(folder: Path) -> None:
    """Return when all files and folders in and under a folder are on the disk.

    What another process, which writes there too, renames or removes meanwhile is left to that one.
    """
    paths = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    with ThreadPoolExecutor(_SYNCING) as pool:
        for _ in pool.map(_sync_if_there, paths):
            pass


def _sync_if_there(path: Path) -> None:
    with suppress(FileNotFoundError):
        sync(path)


def sync(path: Path) -> None:
    """Return when a file, or the list of names in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(old: Path, new: Path) -> None:
    """Give a synced file or folder another name, for good."""
    old.rename(new)
    sync(new.parent)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of a file to write, which takes the place of another at the end; of a failure nothing is left."""
    temporary = _temporary(path)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # of a full disk
    sync(path.parent)


def replace_text(path: Path, text: str) -> None:
    """Write a text file so that a reader, and a crash, leaves the old or the new content, never half of it."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def replace_link(link: Path, target: str) -> None:
    """Let a name be a link, whatever it was; of several processes that do so at once, none fails."""
    temporary = _temporary(link)
    temporary.symlink_to(target)
    temporary.replace(link)


def _temporary(path: Path) -> Path:
    """Return a name beside a file that no other process has, on whatever host."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}")


def _tree(folder: Path) -> tuple[list[Path], list[str], dict[str, str]]:
    """Return a folder with all in it, each before those in it, the relative names of all files but the seal, and links.

    No link is followed; where each leads is told by its relative name.
    """
    folders, names, links = [], [], {}
    for here, inside, files in os.walk(folder):
        folders.append(Path(here))
        inner = Path(here).relative_to(folder)
        for name in (*files, *inside):
            path = os.path.join(here, name)  # noqa: PTH118  # thousands
            if os.path.islink(path):  # noqa: PTH114
                links[(inner / name).as_posix()] = str(Path(path).readlink())
        names += [(inner / name).as_posix() for name in files]
    return folders, sorted(name for name in names if name != SEAL and name not in links), links


_MEND = "vln-pipeline fsck --remake sets it aside, and the same command makes it again"
