"""Following imports from file to file, without importing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.module_source import Import, ModuleSource, Statement, read_module

_PACKAGE = "__init__.py"


class ImportSearch:
    """What has been reached so far: places of statements, by module."""

    def __init__(self, roots: Mapping[str, Path], without: frozenset[str]) -> None:
        self._roots, self._without = roots, without
        self._reached: dict[str, set[int]] = {}
        self._asked: set[tuple[str, str | None]] = set()
        self._paths: dict[str, Path | None] = {}

    def add(self, module: str, name: str | None, importer: str) -> None:
        """Reach what a name in a module needs, and whatever that imports.

        Args:
            module: dotted name.
            name: see ``ModuleSource.needed_for``.
            importer: what an error names.
        """
        waiting = [(module, name, importer)]
        while waiting:
            module, name, importer = waiting.pop()
            if (module, name) in self._asked or self._is_left_out(module):
                continue
            self._asked.add((module, name))
            source = self._read(module, importer)
            reached = self._reached.setdefault(module, set())
            new = source.needed_for(name) - reached
            reached |= new
            waiting += [(package, None, module) for package in self._packages_around(module)]
            for place in sorted(new):
                waiting += [(*found, module) for found in self._imported(source.statements[place], module)]

    def take_whole(self, module: str) -> None:
        """Count all that a module says, but follow no more of its imports than were followed."""
        if not self._is_left_out(module):
            self._reached[module] = set(range(len(self._read(module, module).statements)))

    def add_dotted(self, dotted: str) -> None:
        """Reach what a dotted name stands for."""
        found = self._meaning(dotted)
        if found is None:
            raise DataError(dotted, "is no module, and nothing in one", "correct the dotted name")
        self.add(*found, dotted)

    def reached(self) -> dict[Path, tuple[str, list[Statement]]]:
        """Return the files, each with its module and the statements of it that were reached, in order."""
        found = {}
        for module, places in sorted(self._reached.items()):
            path = self._path(module)
            if places and path is not None:
                statements = read_module(path).statements
                found[path] = module, [statements[place] for place in sorted(places)]
        return found

    def packages(self) -> dict[str, Path]:
        """Return the folders of the modules that were imported themselves, not only as a package around one."""
        found = {}
        for module, name in self._asked:
            path = self._path(module)
            if name is not None and path is not None:
                package = module if path.name == _PACKAGE else module.rpartition(".")[0]
                found[package] = path.parent
        found.pop("", None)  # a module in no package
        return dict(sorted(found.items()))

    def _imported(self, statement: Statement, module: str) -> Iterator[tuple[str, str | None]]:
        """Yield modules, and what is needed of them."""
        for one in statement.imports:
            target = self._absolute(one, module)
            if target.partition(".")[0] not in self._roots:
                continue
            if one.name is None:
                yield target, "*"
                if one.whole:
                    yield from ((package, "*") for package in self._packages_around(target))
                continue
            submodule = self._path(f"{target}.{one.name}") is not None
            if submodule:
                yield f"{target}.{one.name}", "*"
            if not submodule or self._defines(target, one.name):
                yield self._named(target, one.name)
        for word in sorted(statement.words):
            found = self._meaning(word)
            if found is not None:
                yield found

    def _meaning(self, dotted: str) -> tuple[str, str] | None:
        if dotted.partition(".")[0] not in self._roots or dotted in self._roots:
            return None
        if self._path(dotted) is not None:
            return dotted, "*"
        module, _, name = dotted.rpartition(".")
        return self._named(module, name) if self._defines(module, name) else None

    def _defines(self, module: str, name: str) -> bool:
        path = self._path(module)
        return path is not None and read_module(path).defines(name)

    def _named(self, module: str, name: str) -> tuple[str, str]:
        """Return what is needed for a name from a module: of a package only that, of another module all."""
        path = self._path(module)
        return module, name if path is not None and path.name == _PACKAGE else "*"

    def _absolute(self, one: Import, module: str) -> str:
        if not one.level:
            return one.module
        path = self._path(module)
        parts = module.split(".")
        up = one.level - (path is not None and path.name == _PACKAGE)
        return ".".join([*parts[: len(parts) - up], *([one.module] if one.module else [])])

    def _is_left_out(self, module: str) -> bool:
        return any(module == one or module.startswith(f"{one}.") for one in self._without)

    def _read(self, module: str, importer: str) -> ModuleSource:
        path = self._path(module)
        if path is None:
            raise DataError(importer, f"imports {module}, which does not exist", "correct the import")
        return read_module(path)

    def _path(self, module: str) -> Path | None:
        """Return the file of a module; None where there is none."""
        if module not in self._paths:
            top, _, rest = module.partition(".")
            root = self._roots.get(top)
            place = None if root is None else root.joinpath(*rest.split(".")) if rest else root
            self._paths[module] = None if place is None else _file_of(place)
        return self._paths[module]

    def _packages_around(self, module: str) -> list[str]:
        parts = module.split(".")
        around = [".".join(parts[:depth]) for depth in range(1, len(parts))]
        return [package for package in around if self._path(package) is not None]


def _file_of(place: Path) -> Path | None:
    candidates = [place] if place.suffix == ".py" else [place / _PACKAGE, place.with_name(f"{place.name}.py")]
    return next((file for file in candidates if file.is_file()), None)
