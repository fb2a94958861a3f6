"""Objects under an address, by way of fsspec."""

import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import fsspec

from vln_pipeline.errors import DataError

T = TypeVar("T")

logger = logging.getLogger(__name__)

_OPTIONS: dict[str, dict[str, Any]] = {
    # Of each attempt; the client makes several. Its own defaults wait longer for a server that says nothing.
    "s3": {"config_kwargs": {"connect_timeout": 10, "read_timeout": 60}},
    "file": {"auto_mkdir": True},
}
_AT_ONCE = 16
"""Objects that are sent or fetched at a time; each of up to 100 MB is in memory meanwhile."""
_PAUSES = (1.0, 5.0, 15.0)
"""Seconds between attempts after the client itself gave up: short cuts of the connection are bridged."""


class UnreachableError(DataError):
    """Object storage that does not answer, or refuses."""


@dataclass(frozen=True)
class Bucket:
    """Objects by name under an address; what cannot be done is an ``UnreachableError`` that names the address.

    Nothing is cached, so other machines' objects are seen at once where the storage is consistent, as S3 is.

    Attributes:
        address: such as ``s3://bucket/data``.
        pauses: seconds between attempts.
    """

    address: str
    pauses: tuple[float, ...] = _PAUSES

    def inside(self, *names: str) -> "Bucket":
        """Return what lies under a name."""
        return Bucket("/".join([self.address.rstrip("/"), *names]), self.pauses)

    def read(self, name: str) -> bytes | None:
        """Return an object's content; None where there is none of that name."""
        return self._try(name, _content)

    def write(self, name: str, content: bytes) -> None:
        """Put an object, in place of an older one of that name; readers see the old or the new one."""
        self._try(name, lambda files, path: files.pipe_file(path, content))

    def create(self, name: str, content: bytes) -> bool:
        """Put an object where there is none of that name; return whether it is this one that lies there now.

        Of several who try at once, S3 lets one succeed (``If-None-Match``). The content should say who put it: where
        the connection was cut after the object was put, it is recognised.
        """

        def put(files: Any, path: str) -> bool:
            try:
                files.pipe_file(path, content, mode="create")
            except Exception:  # clients have as many names for "it is there already" as there are servers
                found = _content(files, path)
                if found is None:
                    raise
                return found == content
            return True

        return self._try(name, put)

    def delete(self, name: str) -> None:
        """Delete an object, where it is there."""

        def remove(files: Any, path: str) -> None:
            with suppress(FileNotFoundError):
                files.rm_file(path)

        self._try(name, remove)

    def delete_under(self, prefix: str) -> None:
        """Delete all objects under a name, where there are any."""

        def remove(files: Any, path: str) -> None:
            with suppress(FileNotFoundError):
                files.rm(path, recursive=True)

        self._try(prefix, remove)

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return the bytes of each object under a name, by its name relative to that."""

        def find(files: Any, path: str) -> dict[str, int]:
            found = files.find(path, detail=True)
            return {name[len(path) + 1 :]: info["size"] for name, info in found.items() if name != path}

        return self._try(prefix, find)

    def children(self, prefix: str = "") -> list[str]:
        """Return the next parts of the names under a name, sorted."""

        def listed(files: Any, path: str) -> list[str]:
            try:
                found = files.ls(path, detail=False)
            except FileNotFoundError:
                return []
            return sorted({name.rstrip("/").rpartition("/")[2] for name in found if name.rstrip("/") != path})

        return self._try(prefix, listed)

    def upload(self, folder: Path, names: Collection[str], prefix: str) -> None:
        """Put files of a folder under a name.

        Args:
            folder: where they lie.
            names: of the files, relative to it.
            prefix: what goes before them.
        """
        here = [str(folder / name) for name in names]
        self._try(prefix, lambda files, path: files.put(here, [f"{path}/{name}" for name in names], **_few(files)))

    def download(self, prefix: str, names: Collection[str], folder: Path) -> None:
        """Fetch objects into a folder.

        Args:
            prefix: what goes before their names.
            names: of the files, relative to the folder.
            folder: takes them.

        Raises:
            FileNotFoundError: one of them is not there.
        """
        here = [str(folder / name) for name in names]
        self._try(prefix, lambda files, path: files.get([f"{path}/{name}" for name in names], here, **_few(files)))

    def fetch(self, name: str, target: Path) -> bool:
        """Fetch one object into a file; return whether it is there."""
        content = self.read(name)
        if content is None:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return True

    def require_writable(self) -> None:
        """Put an object and delete it.

        Raises:
            DataError: that cannot be done.
        """
        name = f".tried-{os.getpid()}-{time.time_ns()}"
        try:
            self.write(name, b"")
        except FileNotFoundError as error:
            raise DataError(f"data ({self.address})", "there is no such bucket", "make it, or name another") from error
        self.delete(name)

    def _try(self, name: str, work: Callable[[Any, str], T]) -> T:
        """Do something with an object until it succeeds, or the pauses are over."""
        files, root = _opened(self.address, os.getpid())
        for pause in (*self.pauses, None):
            try:
                return work(files, f"{root}/{name}" if name else root)
            except (FileNotFoundError, TypeError, AttributeError):  # told by who asked; the others are bugs
                raise
            except Exception as error:  # clients raise what the libraries below them raise
                cause = f"cannot be reached ({' '.join(str(error).split()) or type(error).__name__})"
                mend = "look at the connection, the keys and their rights; the same command goes on"
                fault = UnreachableError(f"{self.address}/{name}".rstrip("/"), cause, mend)
                if pause is None or isinstance(error, PermissionError):
                    raise fault from error
                logger.warning("%s: %s; tries again in %g s", fault.subject, fault.cause, pause)
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def _few(files: Any) -> dict[str, int]:
    """Return the option that bounds how many objects are on their way at a time, for clients that send several."""
    return {"batch_size": _AT_ONCE} if getattr(files, "async_impl", False) else {}


def _content(files: Any, path: str) -> bytes | None:
    try:
        content: bytes = files.cat_file(path)
    except FileNotFoundError:
        return None
    return content


@lru_cache(maxsize=64)
def _opened(address: str, process: int) -> tuple[Any, str]:  # noqa: ARG001  # clients do not survive a fork
    """Return the file system of an address, and the path of it there."""
    options = {**_OPTIONS.get(urlsplit(address).scheme, {}), "use_listings_cache": False}
    files, path = fsspec.url_to_fs(address, **options)
    return files, str(path).rstrip("/")
