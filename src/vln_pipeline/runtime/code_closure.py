"""The code that decides what a function returns, found from its imports."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import vln_pipeline
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.import_search import ImportSearch

_OWN = vln_pipeline.__name__


@dataclass(frozen=True)
class Closure:
    """The code that can be reached from where a search began.

    Attributes:
        files: what it covers, sorted: modules, and the data files that lie beside them.
        digest: 64 hexadecimal digits that change when what the files say changes; the same on every machine.
    """

    files: tuple[Path, ...]
    digest: str


def code_digest(function: Callable, *, also: Sequence[str] = (), without: Collection[str] = ()) -> str:
    """Return a digest of the code that decides what a function returns; found once per process.

    The function's own module counts, but of its imports only those that the function needs: it may lie beside the
    nodes of other stages. Every module of this package that is imported from there counts, and so do all its imports,
    those inside functions included. An import from a package is followed to the module that defines the name. String
    constants that are the dotted name of a module, or of something in one, count as imports. Of the packages around a
    module only what does more than bind names counts. Files beside a module that are no Python count by their bytes
    where a string constant names them or their folder.

    Comments, docstrings, layout and what stands below ``if TYPE_CHECKING:`` do not count. Nor does the code of packages
    other than this one, that of the function and those of ``also``.

    Args:
        function: a module-level function.
        also: dotted names of further modules, or of functions in modules, for instance of a reader and a writer.
        without: modules and packages that do not decide the result; what only they import does not count either.

    Raises:
        DataError: a module that is imported does not exist or cannot be read.
    """
    return _closure_of(function.__module__, function.__qualname__, tuple(also), frozenset(without)).digest


def code_files(function: Callable, *, also: Sequence[str] = (), without: Collection[str] = ()) -> tuple[Path, ...]:
    """Return the files that ``code_digest`` covers, sorted; it takes the same arguments."""
    return _closure_of(function.__module__, function.__qualname__, tuple(also), frozenset(without)).files


@cache
def _closure_of(module: str, qualname: str, also: tuple[str, ...], without: frozenset[str]) -> Closure:
    tops = {dotted.partition(".")[0] for dotted in (_OWN, module, *also)}
    roots = {top: _root_of(top) for top in sorted(tops)}
    return find_closure(f"{module}.{qualname.partition('.')[0]}", also=also, without=without, roots=roots)


def _root_of(top: str) -> Path:
    """Return the folder of a top-level package, or the file of a top-level module."""
    loaded = getattr(sys.modules.get(top), "__file__", None)  # of a program, which has no specification
    found = None if loaded else importlib.util.find_spec(top)
    origin = loaded or (found.origin if found is not None and found.has_location else None)
    if origin is None:
        raise DataError(top, "lies in no file that could be read", "name a function of a module that does")
    return Path(origin).parent if Path(origin).name == "__init__.py" else Path(origin)


def find_closure(
    function: str, *, also: Iterable[str] = (), without: Collection[str] = (), roots: Mapping[str, Path]
) -> Closure:
    """Find the closure of a function that need not be imported; see ``code_digest``.

    Args:
        function: dotted name.
        also: further dotted names.
        without: modules and packages that do not count.
        roots: folder of each top-level package that is followed, by name; or file, of a top-level module.

    Raises:
        DataError: a module that is imported does not exist or cannot be read.
    """
    search = ImportSearch(roots, frozenset(without))
    module, _, name = function.rpartition(".")
    search.add(module, name, function)
    search.take_whole(module)
    for dotted in also:
        search.add_dotted(dotted)
    digest = hashlib.sha256()
    modules = search.reached()
    for name, statements in modules.values():
        digest.update("\0".join([name, *(one.digest for one in statements), ""]).encode())
    files = list(modules)
    words = {part for _, said in modules.values() for one in said for word in one.words for part in word.split("/")}
    for package, folder in search.packages().items():
        for file in _data_files(folder, words):
            files.append(file)
            digest.update(f"{package}\0{file.relative_to(folder).as_posix()}\0{_digest_of(file)}\0".encode())
    return Closure(tuple(sorted(files)), digest.hexdigest())


def _data_files(folder: Path, words: Collection[str]) -> list[Path]:
    """Return what lies beside a package's modules, is no Python and is named: files, and all files of such folders."""
    found: list[Path] = []
    for path in sorted(path for path in folder.iterdir() if path.name in words and path.name != "__pycache__"):
        if path.is_file() and path.suffix != ".py":
            found.append(path)
        elif path.is_dir() and not any(path.rglob("*.py")):
            found += sorted(file for file in path.rglob("*") if file.is_file())
    return found


def _digest_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
