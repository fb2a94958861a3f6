"""GLB and glTF files.

Read here rather than by trimesh, which forgets which primitives belong to one node, rounds linear colours to eight
bits, and trusts the counts that a file declares.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vln_pipeline.scenes.mesh.gltf_document import Document
from vln_pipeline.scenes.mesh.gltf_materials import Materials
from vln_pipeline.scenes.mesh.model import Model, Surface, too_many_triangles
from vln_pipeline.scenes.mesh.textures import srgb
from vln_pipeline.scenes.scene import Material

_MAX_DEPTH = 200
"""Deepest nesting of nodes."""
_TRIANGLES, _STRIP, _FAN = 4, 5, 6


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
    surfaces, triangles = [], 0
    for node in _nodes(document):
        for surface in _surfaces(document, *node, plain):
            # Counted on the way: a small file can place one large mesh a million times.
            triangles += len(surface.faces)
            if triangles > max_triangles:
                raise too_many_triangles(file.name, max_triangles)
            surfaces.append(surface)
    return Model(
        surfaces=tuple(surfaces),
        materials=(*looks, Material(name=f"{plain:03d} plain")),
        up="y",
        defects=tuple(materials.defects),
    )


def _nodes(document: Document) -> Iterator[tuple[int, tuple[str, ...], NDArray[np.float64]]]:
    """Yield index, path of names and node-to-world matrix of every node that carries a mesh, in file order."""
    scenes = document.json.get("scenes", [])
    nodes = document.json.get("nodes", [])
    if scenes:
        roots = document.entry("scenes", document.json.get("scene", 0)).get("nodes", [])
    else:
        roots = sorted(set(range(len(nodes))) - {c for n in nodes for c in n.get("children", [])})
    seen = set()
    pending: list[tuple[Any, tuple[str, ...], NDArray[np.float64]]] = [(r, (), np.eye(4)) for r in reversed(roots)]
    while pending:
        index, above, matrix = pending.pop()
        node = document.entry("nodes", index)
        if index in seen or len(above) > _MAX_DEPTH:
            raise document.error(f"nodes[{index}] has more than one parent, or lies deeper than {_MAX_DEPTH}")
        seen.add(index)
        path = (*above, str(node.get("name", f"node_{index}")))
        matrix = matrix @ _local(document, node)
        if "mesh" in node:
            yield index, path, matrix
        pending += [(child, path, matrix) for child in reversed(node.get("children", []))]


def _local(document: Document, node: dict[str, Any]) -> NDArray[np.float64]:
    """Return the (4, 4) matrix of a node within its parent."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    else:
        matrix = np.eye(4)
        turn = Rotation.from_quat(np.array(node.get("rotation", (0, 0, 0, 1)), dtype=np.float64)).as_matrix()
        with np.errstate(invalid="ignore"):
            matrix[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), dtype=np.float64).reshape(3)
        matrix[:3, 3] = node.get("translation", (0, 0, 0))
    if not np.isfinite(matrix).all():
        raise document.error(f"node {node.get('name', '')!r} has a transform that is not finite")
    return matrix


def _surfaces(
    document: Document, index: int, path: tuple[str, ...], matrix: NDArray[np.float64], plain: int
) -> Iterator[Surface]:
    for primitive in document.entry("meshes", document.entry("nodes", index)["mesh"]).get("primitives", []):
        attributes = primitive.get("attributes", {})
        mode = primitive.get("mode", _TRIANGLES)
        if mode not in (_TRIANGLES, _STRIP, _FAN) or "POSITION" not in attributes:
            continue
        points = document.accessor(attributes["POSITION"])[:, :3].astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            vertices = points @ matrix[:3, :3].T + matrix[:3, 3]
        if "indices" in primitive:
            corners = document.accessor(primitive["indices"])[:, 0].astype(np.int64)
        else:
            corners = np.arange(len(vertices))
        faces = _faces(corners, mode)
        if np.linalg.det(matrix[:3, :3]) < 0:
            faces = faces[:, ::-1]
        material = primitive.get("material", plain)
        if material != plain:
            document.entry("materials", material)
        yield Surface(
            path=path,
            node=(index,),
            vertices=vertices,
            faces=faces,
            material=material,
            uv=_uv(document, attributes, material),
            colors=_colors(document, attributes),
        )


def _faces(corners: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    """Return (F, 3) triangles of a list, a strip (every second one turned) or a fan."""
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.broadcast_to(corners[:1], corners[2:].shape), corners[1:-1], corners[2:]], axis=1)
    faces = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    faces[1::2] = faces[1::2, ::-1]
    return faces


def _uv(document: Document, attributes: dict[str, Any], material: int) -> NDArray[np.float32] | None:
    """Return (V, 2) coordinates of the base-colour texture, v turned upwards, its KHR_texture_transform applied."""
    materials = document.json.get("materials", [])
    looks = materials[material].get("pbrMetallicRoughness", {}) if material < len(materials) else {}
    reference = looks.get("baseColorTexture", {})
    transform = reference.get("extensions", {}).get("KHR_texture_transform", {})
    name = f"TEXCOORD_{transform.get('texCoord', reference.get('texCoord', 0))}"
    if name not in attributes:
        return None
    uv = document.accessor(attributes[name])[:, :2].astype(np.float64)
    angle = float(transform.get("rotation", 0))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    uv = (uv * transform.get("scale", (1, 1))) @ turn.T + transform.get("offset", (0, 0))
    uv[:, 1] = 1 - uv[:, 1]
    return uv.astype(np.float32)


def _colors(document: Document, attributes: dict[str, Any]) -> NDArray[np.uint8] | None:
    """Return (V, 3) sRGB colours; the format stores them linear."""
    if "COLOR_0" not in attributes:
        return None
    colors = document.accessor(attributes["COLOR_0"])[:, :3]
    if np.issubdtype(colors.dtype, np.integer):
        colors = colors / np.iinfo(colors.dtype).max
    return (srgb(np.nan_to_num(colors)) * 255).round().astype(np.uint8)
