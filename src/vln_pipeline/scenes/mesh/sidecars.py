"""Files that a mesh file refers to, and that must lie in its folder."""

import codecs
import json
import re
import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

# What follows begins with a mark that is no blank, and blanks at its end are cut afterwards: with two repeated blanks
# side by side, a line of a million blanks would take hours.
_STATEMENT = re.compile(rb"^[ \t]*(mtllib|usemtl|o|g)[ \t]+([^ \t\r\n].*)$", re.MULTILINE)
_MAP = re.compile(r"^[ \t]*map_k[de][ \t]+([^ \t\n].*)$", re.MULTILINE | re.IGNORECASE)
_TEXTURE_FILE = re.compile(rb"^comment TextureFile[ \t]+([^ \t\r\n].*)$", re.MULTILINE)
_INDENT = re.compile(rb"^ +", re.MULTILINE)

MOST_REFERENCES = 4096
"""Of one file to others; a thousandth of a second each, looking for a million that are not there takes long."""


class OutsideError(DataError):
    """A file refers to another that lies outside its folder; that one is not opened."""


def beside(file: Path, reference: str) -> Path:
    """Return where a reference inside a file points.

    Args:
        file: the file that refers.
        reference: relative path or URI as it stands in the file; backslashes count as separators.

    Raises:
        OutsideError: the reference is absolute, a URL, or leaves the file's folder, by ".." or by a link.
    """
    folder = file.parent.resolve()
    relative = unquote(reference.strip()).replace("\\", "/")
    try:
        target = (folder / relative).resolve()
    except (OSError, ValueError, RuntimeError):
        target = None
    if not relative or ":" in relative or target is None or not target.is_relative_to(folder):
        raise OutsideError(
            file.name,
            f"refers to {reference[:80]!r} outside its folder",
            "put the file beside it and name it relatively",
        )
    return target


def sidecars(file: Path) -> tuple[Path, ...]:
    """Return the existing files that a mesh file refers to, without loading geometry.

    A reference that cannot be followed is left out: whether that matters is for the loader to say.
    """
    found: set[Path] = set()
    try:
        for reference in islice(dict.fromkeys(_references(file)), MOST_REFERENCES):
            target = _inside(file, reference)
            if target is not None and target.is_file():
                found.add(target)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError, struct.error):
        return ()
    return tuple(sorted(found))


def _inside(file: Path, reference: str) -> Path | None:
    try:
        return beside(file, reference)
    except OutsideError:
        return None


def _references(file: Path) -> Iterator[str]:
    match file.suffix.lower():
        case ".gltf":
            yield from uris(json.loads(regular(file).read_bytes()))
        case ".glb":
            with file.open("rb") as stream:
                size = struct.unpack("<5I", stream.read(20))[3]
                yield from uris(json.loads(stream.read(size)))
        case ".obj":
            for name in libraries(obj_statements(file))[:MOST_REFERENCES]:
                yield name
                library = _inside(file, name)
                if library is not None and library.is_file():
                    yield from map(map_file, _MAP.findall(plain_text(regular(library).read_bytes())))
        case ".ply":
            texture = ply_texture(file)
            yield from [texture] if texture else []


def obj_statements(file: Path) -> list[tuple[str, str]]:
    """Return the statements mtllib, usemtl, o and g of an OBJ file with their names, in file order."""
    found = _STATEMENT.findall(obj_text(file))
    return [(statement.decode(), name.rstrip(b" ").decode()) for statement, name in found]


def obj_text(file: Path) -> bytes:
    """Return the text of an OBJ file in UTF-8, words parted by blanks, lines begun by a word, statements on one line.

    The format knows blanks and tabs alike, and lines that go on after a backslash; parsers of it do not.
    """
    text = plain_text(regular(file).read_bytes()).encode().replace(b"\\\n", b" ")
    return _INDENT.sub(b"", text.replace(b"\t", b" "))


def plain_text(data: bytes) -> str:
    """Return the text of an OBJ or MTL file, whose encoding the format leaves open, with its lines ended by a newline.

    It is UTF-16 where a byte order mark says so, else UTF-8, and Latin-1 where it is no UTF-8.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def distinct(statements: Sequence[tuple[str, str]], kind: str) -> list[str]:
    """Return the names of statements of one kind, each once, in order."""
    return list(dict.fromkeys(name for statement, name in statements if statement == kind))


def libraries(statements: Sequence[tuple[str, str]]) -> list[str]:
    """Return the material libraries of an OBJ file; a statement may name several, and a name may hold blanks.

    >>> libraries([("mtllib", "my house.mtl"), ("mtllib", "walls.mtl doors.mtl")])
    ['my house.mtl', 'walls.mtl', 'doors.mtl']
    """
    told = [name.replace('"', "") for name in distinct(statements, "mtllib")]
    return list(dict.fromkeys(name for line in told for name in _names(line)))


def _names(line: str) -> list[str]:
    """Return the names in a line, each up to its ``.mtl``; the whole line where it does not end so."""
    found, words = [], []
    for word in line.split():
        words.append(word)
        if word.lower().endswith(".mtl"):
            found.append(" ".join(words))
            words = []
    return [line] if words else found


def ply_texture(file: Path) -> str | None:
    """Return the texture that a PLY file names in its header, or None."""
    with regular(file).open("rb") as stream:
        found = _TEXTURE_FILE.search(stream.read(65536).partition(b"end_header")[0])
    return found.group(1).rstrip(b" \t\r").decode(errors="replace") if found else None


def uris(document: dict[str, Any]) -> list[str]:
    """Return the references of a glTF document to other files; data URIs are none."""
    entries = [*document.get("buffers", []), *document.get("images", [])]
    return [e["uri"] for e in entries if "uri" in e and not e["uri"].startswith("data:")]


def map_file(line: str) -> str:
    """Return the file name of an MTL map statement, whose options (-o, -s, -bm ...) come before it.

    >>> map_file("-s 2 2 -clamp on wood floor.png")
    'wood floor.png'
    """
    words = line.split()
    while words and words[0].startswith("-"):
        option, *words = words
        # The last two of three numbers may be left out; -mm takes two, and all others take one word.
        most = {"-o": 3, "-s": 3, "-t": 3, "-mm": 2}.get(option, 1)
        words = words[len(numbers(" ".join(words[:most]))) if most == 3 else most :]
    return " ".join(words).strip('"')


def numbers(text: str) -> list[float]:
    """Return the numbers that a statement begins with; what follows them, a comment for instance, is none of them."""
    found: list[float] = []
    for word in text.split():
        try:
            found.append(float(word))
        except ValueError:
            break
    return found
