"""The root folder of a data set, and the only way into it."""

import json
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

_MARK = "/./"
"""Ends the root in the location of a scene, as in rsync's relative paths."""
_MAX_TEXT = 512 * 2**20
"""Largest JSON or text file, bytes; the largest published one has some 40 MiB."""


class Folder:
    """A folder out of which no file is read.

    The root itself may be a link. Inside it, a path that is absolute, a URL, or that leads out of the root by ".." or
    by a link is refused; ".." that stays inside is not, because configurations refer to neighbouring folders.

    Attributes:
        root: the folder, links resolved.
    """

    def __init__(self, root: Path, max_size: float) -> None:
        """Open a folder that exists; files larger than ``max_size`` GiB are refused."""
        self.root = root.resolve()
        self._max_size = max_size

    def name(self, file: Path) -> str:
        """Return how a file is called in messages: its path below the root."""
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.name

    def locate(self, relative: str) -> str:
        """Return a scene's location, which ``opened`` takes apart."""
        return f"{self.root}{_MARK}{relative}"

    def find(self, relative: str, base: Path | None = None, referrer: str = "") -> Path | None:
        """Return an existing file or folder, or None.

        Args:
            relative: path with slashes or backslashes.
            base: folder that the path starts from; the root by default.
            referrer: the file that the path stands in, for the error.

        Raises:
            DataError: the path leaves the root.
        """
        path = relative.replace("\\", "/")
        try:
            target = ((base or self.root) / path).resolve()
            inside = target.is_relative_to(self.root) and "://" not in path and not path.startswith("/")
            exists = inside and target.exists()
        except (OSError, ValueError, RuntimeError):
            inside = exists = False
        if not inside:
            raise _outside(referrer or relative[:120], relative)
        return target if exists else None

    def file(self, relative: str, mend: str, base: Path | None = None, referrer: str = "") -> Path:
        """Return an existing file of legal size.

        Args:
            relative: as in ``find``.
            mend: what to do where it is missing.
            base: as in ``find``.
            referrer: as in ``find``.

        Raises:
            DataError: it is missing, too large, or the path leaves the root.
        """
        target = self.find(relative, base, referrer)
        if target is None or not target.is_file():
            subject = self.name((base or self.root) / relative)
            raise DataError(subject, f"is missing{f', and {referrer} refers to it' if referrer else ''}", mend)
        size = target.stat().st_size
        if size > self._max_size * 2**30:
            raise DataError(self.name(target), f"{size / 2**30:.1f} GiB", "raise max_file_size of the source")
        return target

    def holds(self, path: Path) -> bool:
        """Return whether a path, links followed, lies inside the root."""
        try:
            return path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):
            return False

    def glob(self, pattern: str) -> list[Path]:
        """Return what a pattern finds inside the root, sorted; what a link brings in from outside is left out.

        Raises:
            DataError: the pattern is empty, absolute, or leads out by "..".
        """
        if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
            cause = "is no pattern of files below the data set's folder"
            raise DataError(repr(pattern[:80]), cause, "mend the configuration that holds it")
        try:
            return sorted(p for p in self.root.glob(pattern) if self.holds(p))
        except (OSError, ValueError, NotImplementedError) as error:
            raise DataError(repr(pattern[:80]), f"finds nothing ({error})", "mend the configuration") from error

    def text(self, file: Path) -> str:
        """Return the text of a file.

        Raises:
            DataError: it is no text, no regular file, too long, or a link that leads out of the root.
        """
        if not self.holds(file):
            raise _outside(self.name(file), self.name(file))
        try:
            return regular(file, _MAX_TEXT).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise DataError(self.name(file), f"no text at byte {error.start}", "download it again") from error

    def json(self, file: Path) -> dict[str, Any]:
        """Return the object in a JSON file.

        Raises:
            DataError: it is no JSON object.
        """
        found = self.any_json(file)
        if not isinstance(found, dict):
            raise DataError(self.name(file), "holds no JSON object", "download it again")
        return found

    def any_json(self, file: Path) -> Any:
        """Return what a JSON file holds.

        Raises:
            DataError: it is no JSON.
        """
        try:
            return json.loads(self.text(file))
        except (ValueError, RecursionError) as error:
            raise DataError(self.name(file), f"no readable JSON ({str(error)[:80]})", "download it again") from error


def opened(location: str, max_size: float) -> tuple[Folder, str]:
    """Return the folder of a scene's location and the path of the scene below it."""
    root, _, relative = location.rpartition(_MARK)
    return Folder(Path(root), max_size), relative


def _outside(subject: str, path: str) -> DataError:
    mend = "put the file itself below the root and name it relatively"
    return DataError(subject, f"{path[:120]!r} leads out of the data set's folder", mend)
