"""OBJ and PLY files; trimesh parses their geometry."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from trimesh.resolvers import Resolver

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.foreign_formats import POINT_CLOUD
from vln_pipeline.scenes.mesh.model import Model, Surface, too_many_triangles
from vln_pipeline.scenes.mesh.obj_faces import plain_faces
from vln_pipeline.scenes.mesh.polygon_materials import Materials
from vln_pipeline.scenes.mesh.polygons import triangulated
from vln_pipeline.scenes.mesh.sidecars import (
    MOST_REFERENCES,
    distinct,
    libraries,
    obj_statements,
    obj_text,
    ply_texture,
)

_ELEMENT = re.compile(rb"^element[ \t]+(\w+)[ \t]+(\d{1,18})[ \t\r]*$", re.MULTILINE)
_DIFFUSE = re.compile(rb"^(property[ \t]+\w+[ \t]+)diffuse_(?=red|green|blue)", re.MULTILINE)
"""What scanners call a colour, which trimesh does not know."""
_MOST_MATERIALS = 2048
"""Of one object; trimesh looks for a free name of each piece among all those before it."""


class _Names(Resolver):
    """Gives trimesh a material library that holds nothing but names.

    It then tells the material of each mesh, and opens no file itself.
    """

    def __init__(self, names: list[str]) -> None:
        self._library = "".join(f"newmtl {name}\n" for name in names).encode()

    def get(self, key: str) -> bytes:  # noqa: ARG002
        return self._library

    def write(self, name: str, data: Any) -> None:  # noqa: ARG002
        raise PermissionError(name)

    def namespaced(self, namespace: str) -> "_Names":  # noqa: ARG002
        return self

    def keys(self) -> list[str]:
        return []


def read(file: Path, texture_size: int, max_triangles: int) -> Model:
    """Return what an OBJ or PLY file holds.

    Args:
        file: the file; what it refers to lies in its folder.
        texture_size: longest edge of an image, pixels.
        max_triangles: a larger scene is refused.

    Raises:
        DataError: the file is damaged, too large, or refers outside its folder.
    """
    materials = Materials(file, texture_size)
    surfaces = (_obj if file.suffix.lower() == ".obj" else _ply)(file, materials)
    if sum(len(s.faces) for s in surfaces) > max_triangles:
        raise too_many_triangles(file.name, max_triangles)
    return Model(
        surfaces=tuple(surfaces),
        materials=tuple(materials.found),
        up="y" if file.suffix.lower() == ".obj" else "z",
        defects=materials.defects,
    )


def _obj(file: Path, materials: Materials) -> list[Surface]:
    """Return a surface per object and material; groups count as objects in a file that names no objects."""
    statements = obj_statements(file)
    named = libraries(statements)
    if len(named) > MOST_REFERENCES:
        raise DataError(file.name, f"names {len(named)} material libraries", "unite them")
    for library in named:
        materials.read_library(library)
    kind = "o" if any(statement == "o" for statement, _ in statements) else "g"
    objects = distinct(statements, kind)
    if _most_materials(statements, kind) > _MOST_MATERIALS:
        raise DataError(file.name, f"an object has more than {_MOST_MATERIALS} materials", "divide it into objects")
    loaded = trimesh.exchange.obj.load_obj(
        io.BytesIO(plain_faces(obj_text(file))),
        resolver=_Names(distinct(statements, "usemtl")),
        split_objects=kind == "o",
        split_groups=kind == "g" and bool(objects),
    )
    order = {name: i for i, name in enumerate(objects)}
    lengths = sorted({len(name) for name in objects}, reverse=True)
    meshes = [(_owner(key, order, lengths) or file.stem, mesh) for key, mesh in loaded.get("geometry", {}).items()]
    meshes.sort(key=lambda item: order.get(item[0], -1))
    nodes: dict[str, int] = {}
    told = set(distinct(statements, "usemtl"))
    return [
        _surface(name, nodes.setdefault(name, len(nodes)), mesh, materials.index(_material_name(mesh, told)))
        for name, mesh in meshes
    ]


def _most_materials(statements: Sequence[tuple[str, str]], kind: str) -> int:
    """Return how many materials the object with the most of them has."""
    used: dict[str, set[str]] = {}
    owner = ""
    for statement, name in statements:
        if statement == kind:
            owner = name
        elif statement == "usemtl":
            used.setdefault(owner, set()).add(name)
    return max(map(len, used.values()), default=0)


def _owner(key: str, names: dict[str, int], lengths: Sequence[int]) -> str | None:
    """Return the object of a mesh; trimesh calls it object or object_material, numbered where that is not unique.

    Args:
        key: what trimesh calls the mesh.
        names: of the objects.
        lengths: of these names, the longest first.
    """
    starts = (key[:length] for length in lengths if key[length : length + 1] in ("", "_"))
    return next((start for start in starts if start in names), None)


def _material_name(mesh: dict[str, Any], told: set[str]) -> str | None:
    """Return the material of a mesh, or None where the file tells none and trimesh made up a name."""
    name = getattr(getattr(mesh.get("visual"), "material", None), "name", None)
    return name if name in told else None


def _ply(file: Path, materials: Materials) -> list[Surface]:
    header, end, body = regular(file).read_bytes().partition(b"end_header")
    _require_mesh(file.name, header, body)
    texture = ply_texture(file)
    material = materials.add_texture(texture) if texture else materials.index(None)
    mesh = trimesh.exchange.ply.load_ply(io.BytesIO(_DIFFUSE.sub(rb"\1", header) + end + body), skip_materials=True)
    return [_surface(file.stem, 0, mesh, material)] if mesh.get("faces") is not None else []


def _require_mesh(name: str, header: bytes, body: bytes) -> None:
    """Refuse what is no mesh, and an ASCII file that ends early, of which trimesh takes what is there and says nothing.

    Raises:
        DataError: the file holds Gaussians, points or strips, or fewer lines than elements, of which each has a line
            (Turk 1994).
    """
    if b" f_dc_0" in header or b" packed_position" in header:
        raise DataError(name, "is a Gaussian splat, not a mesh", "set scenes.source to splat")
    counts = {kind: int(count) for kind, count in _ELEMENT.findall(header)}
    if counts.get(b"tristrips"):
        raise DataError(name, "holds strips of triangles", "open it in MeshLab and save it as .ply, with faces")
    if counts.get(b"vertex") and not counts.get(b"face"):
        raise DataError(name, "holds points and no faces", POINT_CLOUD)
    claimed = sum(counts.values()) if b"format ascii" in header else 0
    body = body.strip()
    lines = max(body.count(b"\n"), body.count(b"\r")) + (body != b"")
    if lines < claimed:
        raise DataError(name, f"cut off: claims {claimed} elements, has {lines} lines", "download it again")


def _surface(name: str, node: int, mesh: dict[str, Any], material: int) -> Surface:
    vertices = np.asarray(mesh["vertices"], dtype=np.float64)
    polygons = np.asarray(mesh["faces"], dtype=np.int64)
    # trimesh leaves polygons whole where all have the same number of corners; those out of range are dropped later.
    owners, corners = triangulated(np.take(vertices, polygons, axis=0, mode="clip"))
    faces = polygons[owners[:, None], corners]
    uv = getattr(mesh.get("visual"), "uv", None)
    colors = mesh.get("vertex_colors")
    if colors is None and mesh.get("face_colors") is not None:
        colors = np.repeat(np.asarray(mesh["face_colors"])[owners], 3, axis=0)
        vertices, faces, uv = vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3), None
    return Surface(
        path=(name,),
        node=(node,),
        vertices=vertices,
        faces=faces,
        material=material,
        uv=None if uv is None or len(uv) != len(vertices) else np.asarray(uv, dtype=np.float32),
        colors=None if colors is None else _bytes(np.asarray(colors)[:, :3]),
    )


def _bytes(colors: NDArray) -> NDArray[np.uint8]:
    """Return colours as uint8; OBJ and some PLY files hold fractions."""
    if np.issubdtype(colors.dtype, np.floating) and np.nanmax(colors, initial=0) <= 1:
        colors = colors * 255
    return np.clip(np.nan_to_num(colors), 0, 255).round().astype(np.uint8)
