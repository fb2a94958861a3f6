"""Which scenes of a data set are wanted."""

import fnmatch
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.published.config import PublishedConfig
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.source import SceneRef

_WHOLE = 16 * 2**20
"""Files up to this size count whole, bytes."""
_SAMPLES, _SAMPLE = 64, 2**16
"""How many pieces of a larger file count, and their size in bytes."""


@dataclass(frozen=True)
class Found:
    """A scene that lies in the folder.

    Attributes:
        id: as the data set calls it.
        relative: where it lies below the root.
        files: lists what it is made from; asked for wanted scenes only.
        splits: those it belongs to, where the data set has any.
    """

    id: str
    relative: str
    files: Callable[[], Sequence[Path]]
    splits: tuple[str, ...] = ()


def open_root(config: PublishedConfig, source: str) -> Folder:
    """Return the root folder that a configuration names.

    Raises:
        DataError: it names none.
    """
    mend = f"set scenes.{source}.path to the folder of the data set"
    if not config.path:
        raise DataError(f"scenes.{source}.path", "is not set", mend)
    if not Path(config.path).is_dir():
        raise DataError(config.path, "is no folder", mend)
    return Folder(Path(config.path), config.max_file_size)


def references(
    source: str,
    folder: Folder,
    found: Iterable[Found],
    config: PublishedConfig,
) -> tuple[SceneRef, ...]:
    """Return the wanted scenes in the order of their ids.

    Args:
        source: name of the source.
        folder: root of the data set.
        found: every scene in it.
        config: says which are wanted.

    Raises:
        DataError: there is no scene, or none of those is wanted, or the split is unknown, or two have one id.
    """
    every = sorted(found, key=lambda f: (f.id, f.relative))
    if not every:
        cause = f"holds no scene of {source}"
        raise DataError(config.path, cause, f"see docs/how-to/scenes/{source}.md for the folder tree")
    chosen = [f for f in _in_split(every, config, source) if _matches(f.id, config.scenes)]
    if not chosen:
        cause = f"{config.scenes!r} fits none of {len(every)} scenes, such as {every[0].id}"
        raise DataError(f"scenes.{source}.scenes", cause, "name scenes of the data set")
    ids = [re.sub(r"[^A-Za-z0-9_-]+", "-", f.id) for f in chosen]
    twice = {i for i in ids if ids.count(i) > 1} if len(set(ids)) < len(ids) else set()
    if twice:
        raise DataError(config.path, f"holds scene {min(twice)} more than once", "leave one copy below the root")
    digest, tables = _Digest(folder), _content_of_tables(config)
    return tuple(
        SceneRef(i, source, folder.locate(f.relative), digest(f.files(), tables))
        for i, f in zip(ids, chosen, strict=True)
    )


def _in_split(every: Sequence[Found], config: PublishedConfig, source: str) -> list[Found]:
    if not config.split:
        return list(every)
    splits = {split: [f for f in every if split in f.splits] for split in {s for f in every for s in f.splits}}
    if config.split in splits:
        return splits[config.split]
    known = ", ".join(sorted(splits)) or "none"
    try:
        wanted = set(regular(Path(config.split)).read_text(encoding="utf-8").split())
    except (OSError, ValueError) as error:
        cause = f"{config.split!r} is neither a split of the data set ({known}) nor a readable list"
        raise DataError(f"scenes.{source}.split", cause, "name a split or a text file of scene ids") from error
    return [f for f in every if f.id in wanted]


def _matches(name: str, patterns: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split())


class _Digest:
    """Names files by their contents; a file that several scenes share is read once.

    Of a file larger than 16 MiB, its size and 64 pieces count: hashing a terabyte would take hours at every start.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._known: dict[Path, bytes] = {}

    def __call__(self, files: Sequence[Path], tables: bytes) -> str:
        """Return a hexadecimal name; a file that cannot be opened fails when its scene is loaded, not here.

        Nothing outside the folder is read, so a link that leads out counts as one that cannot be opened.

        Args:
            files: of the scene.
            tables: content of what else it is made with, see ``_content_of_tables``.
        """
        found = hashlib.sha256(tables)
        for file in files:
            if file not in self._known:
                self._known[file] = _content(file) if self._folder.holds(file) else b"outside"
            found.update(self._known[file])
        return found.hexdigest()


def _content_of_tables(config: PublishedConfig) -> bytes:
    """Return what the user's tables of categories and rooms are recognised by; empty without any."""
    return b"".join(_content(Path(file)) for file in (config.categories, config.rooms) if file)


def _content(file: Path) -> bytes:
    found = hashlib.sha256()
    try:
        size = file.stat().st_size
        with regular(file).open("rb") as stream:
            if size <= _WHOLE:
                return hashlib.file_digest(stream, "sha256").digest()
            found.update(str(size).encode())
            for index in range(_SAMPLES):
                stream.seek((size - _SAMPLE) * index // (_SAMPLES - 1))
                found.update(stream.read(_SAMPLE))
    except OSError:
        return b"unreadable"
    return found.digest()
