"""Where a glTF document places its meshes (Khronos glTF 2.0, section 3.5, and EXT_mesh_gpu_instancing)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vln_pipeline.scenes.mesh.gltf_document import Document

_MAX_DEPTH = 200
"""Deepest nesting of nodes."""
_MOST_INSTANCES = 65535
"""Of one node; instance masks are 16 bits deep."""


@dataclass(frozen=True)
class Placement:
    """A node that carries a mesh.

    Attributes:
        mesh: index of the mesh.
        node: index of the node.
        path: names of the nodes from the root to this one; a nameless node has the name of its mesh.
        matrices: (N, 4, 4) float64 mesh-to-world, one for each place where the mesh stands.
        instanced: whether the places are instances, each an object of its own.
    """

    mesh: int
    node: int
    path: tuple[str, ...]
    matrices: NDArray[np.float64]
    instanced: bool


def placements(document: Document) -> Iterator[Placement]:
    """Yield every node of the default scene that carries a mesh and is not hidden, in file order.

    Raises:
        DataError: a node has two parents, lies too deep, or has a transform that is not finite.
    """
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
        extensions = node.get("extensions", {})
        if extensions.get("KHR_node_visibility", {}).get("visible", True) is False:
            continue
        path = (*above, _name(document, node, index))
        matrix = matrix @ _local(document, node)
        if "mesh" in node:
            instances = extensions.get("EXT_mesh_gpu_instancing")
            places = matrix[None] if instances is None else matrix @ _instances(document, index, instances)
            yield Placement(node["mesh"], index, path, places, instances is not None)
        pending += [(child, path, matrix) for child in reversed(node.get("children", []))]


def _name(document: Document, node: dict[str, Any], index: int) -> str:
    """Return what a node is called: exporters of instances leave the name to the mesh."""
    name = node.get("name")
    if not name and "mesh" in node:
        name = document.entry("meshes", node["mesh"]).get("name")
    return str(name or f"node_{index}")


def _local(document: Document, node: dict[str, Any]) -> NDArray[np.float64]:
    """Return the (4, 4) matrix of a node within its parent."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    else:
        parts = [node.get("translation", (0, 0, 0)), node.get("rotation", (0, 0, 0, 1)), node.get("scale", (1, 1, 1))]
        shift, turn, scale = (np.array(part, dtype=np.float64)[None] for part in parts)
        matrix = _composed(shift, turn, scale)[0]
    if not np.isfinite(matrix).all():
        raise document.error(f"node {node.get('name', '')!r} has a transform that is not finite")
    return matrix


def _instances(document: Document, index: int, extension: dict[str, Any]) -> NDArray[np.float64]:
    """Return the (N, 4, 4) matrices of the instances of a node, within the node."""
    attributes = extension.get("attributes", {})
    told = {
        name: document.accessor(attributes[name]).astype(np.float64)
        for name in ("TRANSLATION", "ROTATION", "SCALE")
        if name in attributes
    }
    counts = {len(values) for values in told.values()}
    if len(counts) != 1 or max(counts) > _MOST_INSTANCES:
        number = " or ".join(map(str, sorted(counts))) or "no"
        raise document.error(f"nodes[{index}] has {number} instances; one number up to {_MOST_INSTANCES} is possible")
    count = counts.pop()
    matrices = _composed(
        told.get("TRANSLATION", np.zeros((count, 3))),
        told.get("ROTATION", np.tile((0.0, 0.0, 0.0, 1.0), (count, 1))),
        told.get("SCALE", np.ones((count, 3))),
    )
    if not np.isfinite(matrices).all():
        raise document.error(f"nodes[{index}] has an instance whose transform is not finite")
    return matrices


def _composed(shift: NDArray[np.float64], turn: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 4, 4) matrices of (N, 3) shifts, (N, 4) quaternions (x, y, z, w) and (N, 3) scales."""
    matrices = np.tile(np.eye(4), (len(shift), 1, 1))
    if len(shift):
        with np.errstate(invalid="ignore"):
            matrices[:, :3, :3] = Rotation.from_quat(turn).as_matrix() * scale.reshape(-1, 1, 3)
    matrices[:, :3, 3] = shift
    return matrices
