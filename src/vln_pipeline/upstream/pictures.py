"""Loose images of one folder, in the order in which loaders list them, and whether their files are whole."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

_NAME = re.compile(r"episode_(\d+)_(\d+)\.(?:jpe?g|png)")
_TAIL = 64
"""Bytes at the end of a file that are looked at; some writers fill up with zeros."""
_JPEG, _PNG = (b"\xff\xd8", b"\xff\xd9"), (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")


@dataclass(frozen=True)
class Pictures:
    """Image files of one kind and camera.

    Attributes:
        paths: all of them, sorted by name, chunk after chunk.
        episodes: (frame number, position in ``paths``) of an episode's files, by frame number.
        strays: names that belong to no episode.
    """

    paths: tuple[Path, ...]
    episodes: Mapping[int, list[tuple[int, int]]]
    strays: tuple[str, ...]

    @classmethod
    def of(cls, folders: list[Path]) -> "Pictures":
        """List the folders of one kind and camera, one a chunk, in order."""
        paths = [folder / name for folder in folders for name in sorted(os.listdir(folder))]  # noqa: PTH208  (a million names)
        episodes: dict[int, list[tuple[int, int]]] = {}
        strays = []
        for position, path in enumerate(paths):
            name = _NAME.fullmatch(path.name)
            if name:
                episodes.setdefault(int(name[1]), []).append((int(name[2]), position))
            else:
                strays.append(path.name)
        return cls(tuple(paths), {episode: sorted(found) for episode, found in episodes.items()}, tuple(strays))

    def count(self, episode: int) -> int:
        """Return how many images an episode has."""
        return len(self.episodes.get(episode, ()))

    def frames(self, episode: int) -> list[Path]:
        """Return an episode's files in the order of frames."""
        return [self.paths[position] for _, position in self.episodes.get(episode, ())]

    def has_gap(self, episode: int) -> bool:
        """Whether an episode's numbers leave one out or repeat one."""
        numbers = [number for number, _ in self.episodes.get(episode, ())]
        return bool(numbers) and numbers != list(range(numbers[0], numbers[0] + len(numbers)))


def is_whole(path: Path) -> bool:
    """Whether a JPEG or PNG file begins and ends as it should; nothing is decoded."""
    start, end = _PNG if path.suffix == ".png" else _JPEG
    try:
        with regular(path).open("rb") as file:
            head = file.read(len(start))
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL))
            return head == start and file.read().rstrip(b"\0").endswith(end)
    except (OSError, DataError):
        return False
