"""GLB and glTF files.

Read here rather than by trimesh, which forgets which primitives belong to one node, rounds linear colours to eight
bits, and trusts the counts that a file declares.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh.gltf_compression import draco
from vln_pipeline.scenes.mesh.gltf_document import Document, normalised
from vln_pipeline.scenes.mesh.gltf_extensions import unread_extensions
from vln_pipeline.scenes.mesh.gltf_materials import Materials, picture
from vln_pipeline.scenes.mesh.gltf_nodes import Placement, placements
from vln_pipeline.scenes.mesh.model import Model, Surface, too_many_triangles
from vln_pipeline.scenes.mesh.textures import srgb
from vln_pipeline.scenes.scene import Material

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_MOST_NOTES = 20
"""Of meshes that are moved by what is not read."""


def read(file: Path, texture_size: int, max_triangles: int) -> Model:
    """Return the default scene of a GLB or glTF file.

    Args:
        file: the file; what it refers to lies in its folder.
        texture_size: longest edge of an image, pixels.
        max_triangles: a larger scene is refused.

    Raises:
        DataError: the file is damaged, too large, refers outside its folder, or uses what cannot be read.
    """
    document = Document(file)
    materials = Materials(document, texture_size)
    looks = materials.read()
    plain = len(looks)
    surfaces, triangles, moved = [], 0, []
    for place in placements(document):
        moved += _moved(document, place)
        for surface in _surfaces(document, place, plain):
            # Counted on the way: a small file can place one large mesh a million times.
            triangles += len(surface.faces)
            if triangles > max_triangles:
                raise too_many_triangles(file.name, max_triangles)
            surfaces.append(surface)
    return Model(
        surfaces=tuple(surfaces),
        materials=(*looks, Material(name=f"{plain:03d} plain")),
        up="y",
        defects=(*dict.fromkeys(materials.defects), *moved[:_MOST_NOTES], *_left_out(document)),
    )


def _moved(document: Document, place: Placement) -> list[str]:
    """Return a note on a mesh that a skin or blend shapes move: it is shown as it was modelled, where its node is."""
    bones = "skin" in document.entry("nodes", place.node)
    shapes = any(document.entry("meshes", place.mesh).get("weights", ()))
    how = [name for name, told in (("a skin", bones), ("blend shapes", shapes)) if told]
    return [f"{place.path[-1][:80]} is moved by {' and '.join(how)}: not read, it is shown as modelled"] if how else []


def _left_out(document: Document) -> list[str]:
    """Return notes on the extensions that the file uses and that are not read, and on what is no surface."""
    names = unread_extensions(document.json)
    notes = [f"not read, the plain material is shown: {', '.join(names)}"[:400]] if names else []
    primitives = [p for mesh in document.json.get("meshes", []) for p in mesh.get("primitives", [])]
    bare = sum(p.get("mode", _TRIANGLES) not in (_TRIANGLES, _STRIP, _FAN) for p in primitives)
    return [*notes, f"left out: {bare} primitives of points or lines, which are no surface"] if bare else notes


def _surfaces(document: Document, place: Placement, plain: int) -> Iterator[Surface]:
    """Yield the surfaces of a mesh at each of its places."""
    for primitive in document.entry("meshes", place.mesh).get("primitives", []):
        attributes = primitive.get("attributes", {})
        mode = primitive.get("mode", _TRIANGLES)
        if mode not in (_TRIANGLES, _STRIP, _FAN) or "POSITION" not in attributes:
            continue
        columns, faces = _arrays(document, primitive, attributes, mode)
        points = columns["POSITION"][:, :3].astype(np.float64)
        material = primitive.get("material", plain)
        look = document.entry("materials", material) if material != plain else {}
        uv, colors = _uv(columns, picture(look)), _colors(columns)
        for number, matrix in enumerate(place.matrices):
            with np.errstate(invalid="ignore", over="ignore"):
                vertices = points @ matrix[:3, :3].T + matrix[:3, 3]
            yield Surface(
                path=place.path,
                node=(place.node, number) if place.instanced else (place.node,),
                vertices=vertices,
                faces=faces[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else faces,
                material=material,
                uv=uv,
                colors=colors,
            )


def _arrays(
    document: Document, primitive: dict[str, Any], attributes: dict[str, Any], mode: int
) -> tuple[dict[str, NDArray], NDArray[np.int64]]:
    """Return the attributes of a primitive as (V, width) and its (F, 3) triangles, decompressed."""
    packed = primitive.get("extensions", {}).get("KHR_draco_mesh_compression")
    # Accessors that hold data are a fallback for readers without a decoder.
    if packed is None or "bufferView" in document.entry("accessors", attributes["POSITION"]):
        columns = {
            name: document.accessor(index)
            for name, index in attributes.items()
            if name in ("POSITION", "COLOR_0") or name.startswith("TEXCOORD_")
        }
        if "indices" in primitive:
            return columns, _faces(document.accessor(primitive["indices"])[:, 0].astype(np.int64), mode)
        return columns, _faces(np.arange(len(columns["POSITION"])), mode)
    columns, faces = document.decoded(draco, document.view(packed["bufferView"]), packed["attributes"])
    for name in set(columns) & set(attributes):
        if document.entry("accessors", attributes[name]).get("normalized"):
            columns[name] = normalised(columns[name])
    return columns, faces


def _faces(corners: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """Return (F, 3) triangles of a list, a strip (every second one turned) or a fan."""
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.broadcast_to(corners[:1], corners[2:].shape), corners[1:-1], corners[2:]], axis=1)
    faces = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    faces[1::2] = faces[1::2, ::-1]
    return faces


def _uv(columns: dict[str, NDArray], reference: dict[str, Any] | None) -> NDArray[np.float32] | None:
    """Return (V, 2) coordinates of a texture, v turned upwards, its KHR_texture_transform applied."""
    reference = reference or {}
    transform = reference.get("extensions", {}).get("KHR_texture_transform", {})
    name = f"TEXCOORD_{transform.get('texCoord', reference.get('texCoord', 0))}"
    if name not in columns:
        return None
    uv = columns[name][:, :2].astype(np.float64)
    angle = float(transform.get("rotation", 0))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    uv = (uv * transform.get("scale", (1, 1))) @ turn.T + transform.get("offset", (0, 0))
    uv[:, 1] = 1 - uv[:, 1]
    return uv.astype(np.float32)


def _colors(columns: dict[str, NDArray]) -> NDArray[np.uint8] | None:
    """Return (V, 3) sRGB colours; the format stores them linear."""
    if "COLOR_0" not in columns:
        return None
    colors = columns["COLOR_0"][:, :3]
    if np.issubdtype(colors.dtype, np.integer):
        colors = colors / np.iinfo(colors.dtype).max
    return (srgb(np.nan_to_num(colors)) * 255).round().astype(np.uint8)
