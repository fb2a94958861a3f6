"""Addresses of object storage, and the folder that stands for one on a machine."""

import os
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from fsspec import get_filesystem_class
from fsspec.registry import known_implementations

from vln_pipeline.errors import DataError

COPIES_VARIABLE = "VLN_COPIES"
"""Environment variable: the folder of a machine for what it makes for, and copies from, object storage."""
_EXTRAS = {"s3": "pip install 'vln-pipeline[s3]'"}


def is_address(told: str) -> bool:
    """Return whether a place is an address, and no folder.

    >>> is_address("s3://bucket/data"), is_address("data")
    (True, False)
    """
    return "://" in told


def fault_of(address: str) -> str:
    """Return what is wrong with the form of an address; empty where nothing is."""
    parts = urlsplit(address)
    if "@" in parts.netloc:
        return "an address holds no keys; put them where its client looks for them, such as AWS_ACCESS_KEY_ID"
    if "::" in address or parts.query or parts.scheme not in known_implementations or parts.scheme.startswith("http"):
        return "no kind of storage that can be written is known by that name; use e.g. s3://bucket/folder"
    if "//" in parts.path or parts.path.endswith("/"):
        return "a name in it is empty; leave out slashes that part nothing, such as the last one"
    steps = PurePosixPath(parts.netloc, parts.path.lstrip("/")).parts
    return "it names no bucket and folder; use e.g. s3://bucket/folder" if len(steps) < 2 or ".." in steps else ""


def require_client(address: str) -> None:
    """Refuse an address whose client is not installed.

    Raises:
        DataError: it is not.
    """
    scheme = urlsplit(address).scheme
    try:
        get_filesystem_class(scheme)
    except ImportError as missing:
        mend = _EXTRAS.get(scheme, "install the package that fsspec names for it")
        raise DataError(f"data ({address})", f"its client is not installed ({missing})", mend) from missing


def folder_here(told: str) -> Path:
    """Return a folder itself, or the one of this machine in which what belongs to an address is made and copied.

    Machines need not agree on it: each asks for itself, by ``VLN_COPIES``.
    """
    if not is_address(told):
        return Path(told).resolve()
    parts = urlsplit(told)
    return copies_folder() / parts.scheme / parts.netloc / parts.path.strip("/")


def copies_folder() -> Path:
    """Return the folder of this machine for all addresses."""
    given = os.environ.get(COPIES_VARIABLE)
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(given or f"{cache}/vln_pipeline").expanduser().resolve()
