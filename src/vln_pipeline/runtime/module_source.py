"""What one Python file says and imports, statement by statement."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from vln_pipeline.errors import DataError

_WORD = re.compile(r"[\w./-]+")
_TELL_NOTHING = {"ctx", "kind", "type_comment", "type_ignores"}  # fields that follow from others, or are comments
_FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _TELL_NOTHING)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


@dataclass(frozen=True)
class Import:
    """``import module`` where there is no name, ``from module import name`` where there is one.

    Attributes:
        module: dotted name; for a relative import what follows the dots, which may be empty.
        level: number of leading dots.
        name: what is imported from the module; "*" is everything; None is the module itself.
        whole: whether ``import a.b`` binds ``a`` too, as it does without ``as``.
    """

    module: str
    level: int = 0
    name: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class Statement:
    """A statement of a module, not of a function in it; an import of several names is one statement for each.

    Attributes:
        digest: of what it says; comments, docstrings, layout and ``if TYPE_CHECKING:`` do not count.
        binds: names that it defines, where that is all that it does; None where it does something when it is run.
        uses: names that it refers to, at any depth.
        imports: at any depth.
        words: string constants without blanks, which may name a module, something in one, or a data file.
    """

    digest: str
    binds: frozenset[str] | None
    uses: frozenset[str]
    imports: tuple[Import, ...]
    words: frozenset[str]


@dataclass(frozen=True)
class ModuleSource:
    """The statements of a module, in order."""

    statements: tuple[Statement, ...]

    def defines(self, name: str) -> bool:
        """Tell whether a definition, an assignment or an import binds the name."""
        return any(statement.binds is not None and name in statement.binds for statement in self.statements)

    def needed_for(self, name: str | None) -> set[int]:
        """Return the places of what decides what a name is bound to: what binds it, what that refers to, and so on.

        What does more than bind names is always needed. A name that nothing binds may come from anywhere in the
        module, so it needs all of it.

        Args:
            name: one name; "*" is the whole module, and None no name at all.
        """
        if name is not None and not self.defines(name):
            return set(range(len(self.statements)))
        needed = {place for place, statement in enumerate(self.statements) if statement.binds is None}
        more = needed | {place for place, statement in enumerate(self.statements) if name in (statement.binds or ())}
        while more:
            needed |= more
            wanted = frozenset[str]().union(*(self.statements[place].uses for place in more))
            more = {p for p, one in enumerate(self.statements) if one.binds and one.binds & wanted} - needed
        return needed


def read_module(path: Path) -> ModuleSource:
    """Read a file; one that did not change is read once per process.

    Raises:
        DataError: it cannot be read, or it is no Python.
    """
    try:
        found = path.stat()
        return _read(path, found.st_mtime_ns, found.st_size)
    except OSError as error:
        raise DataError(
            str(path), error.strerror or str(error), "restore the file, or install the package anew"
        ) from error
    except (SyntaxError, ValueError) as error:
        raise DataError(str(path), f"is no Python: {error}", "mend the file") from error


@lru_cache(maxsize=4096)
def _read(path: Path, _modified: int, _size: int) -> ModuleSource:
    tree = ast.parse(path.read_bytes())
    return ModuleSource(tuple(_statement(one) for part in tree.body for one in _split(part)))


def _split(statement: ast.stmt) -> Iterator[ast.stmt]:
    if isinstance(statement, ast.Import):
        yield from (ast.Import([alias]) for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        yield from (ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names)
    else:
        yield from _running([statement])


def _running(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that mean something when they are run."""
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring, of a module, class, function or attribute
        if isinstance(statement, ast.If) and _is_type_checking(statement.test):
            yield from _running(statement.orelse)
        else:
            yield statement


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _statement(node: ast.stmt) -> Statement:
    said: list[str] = []
    uses: set[str] = set()
    imports: list[Import] = []
    words: set[str] = set()
    _tell(node, said.append, uses, imports, words)
    digest = hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
    return Statement(digest, _binds(node), frozenset(uses), tuple(imports), frozenset(words))


def _tell(node: ast.AST, say: Callable[[str], None], uses: set[str], imports: list[Import], words: set[str]) -> None:
    """Say a node and all in it in words from which it could be built again; ``ast.dump`` takes three times as long."""
    kind = node.__class__
    say(kind.__name__)
    if isinstance(node, ast.Constant):
        value: object = node.value
        say(repr(value))
        if isinstance(value, str) and _WORD.fullmatch(value):
            words.add(value)
        return
    if isinstance(node, ast.Name):
        uses.add(node.id)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        imports.extend(_imports(node))
    for field in _FIELDS[kind]:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            _tell(value, say, uses, imports, words)
        elif isinstance(value, list):
            say("[")
            for one in _running(value) if field in ("body", "orelse", "finalbody") else value:
                if isinstance(one, ast.AST):
                    _tell(one, say, uses, imports, words)
                else:
                    say(str(one))
            say("]")
        else:
            say(str(value))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield Import(alias.name, whole=alias.asname is None)
        else:
            yield Import(node.module or "", node.level, alias.name)


def _binds(node: ast.stmt) -> frozenset[str] | None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({node.name})
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {alias.asname or alias.name for alias in node.names}
        return None if "*" in names else frozenset(name.partition(".")[0] for name in names)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        return frozenset(names) if len(names) == len(targets) else None
    return None
