"""Textured scans whose annotation is a mesh of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh import gltf, polygon_file
from vln_pipeline.scenes.mesh.model import Model, Surface
from vln_pipeline.scenes.published.config import ScannedConfig
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.instance_ply import InstanceMesh
from vln_pipeline.scenes.published.label_transfer import UNLABELLED, LabelledPoints, transfer
from vln_pipeline.scenes.published.objects import Annotated, parts
from vln_pipeline.scenes.published.reading import reading, refuse_missing_textures
from vln_pipeline.scenes.scene import Part


def read_mesh(folder: Folder, file: Path, turn: NDArray[np.float64], config: ScannedConfig, source: str) -> Model:
    """Return a textured GLB or OBJ mesh in our frame.

    Args:
        folder: root of the data set.
        file: the mesh, which ``Folder.file`` returned.
        turn: (3, 3) from the mesh's frame to ours.
        config: of the source.
        source: its name.

    Raises:
        DataError: the mesh cannot be used, or a texture is missing and flat colour was not chosen.
    """
    with reading(folder.name(file)):
        reader = polygon_file.read if file.suffix.lower() == ".obj" else gltf.read
        model = reader(file, config.texture_size, config.max_triangles)
    refuse_missing_textures(folder.name(file), model.defects, config, source)
    return replace(model, surfaces=tuple(_turned(surface, turn) for surface in model.surfaces))


def labelled_points(mesh: InstanceMesh, nothing: int) -> LabelledPoints:
    """Return points on a mesh whose faces bear object ids; negative ones, and ``nothing``, are no object."""
    surface = Surface(("annotation",), (0,), mesh.vertices, mesh.faces, 0)
    inside = np.all((mesh.faces >= 0) & (mesh.faces < len(mesh.vertices)), axis=1)
    safe = np.where(inside[:, None], mesh.faces, 0)
    sound = inside & np.all(np.isfinite(mesh.vertices[safe]), axis=(1, 2))
    ids = np.where((mesh.ids >= 0) & (mesh.ids != nothing), mesh.ids, UNLABELLED)[sound]
    return LabelledPoints.of(replace(surface, faces=mesh.faces[sound]), ids)


def unlabelled_parts(surfaces: Sequence[Surface]) -> tuple[Part, ...]:
    """Return the surfaces as parts of one unknown object."""
    return parts(surfaces, [np.full(len(s.faces), UNLABELLED) for s in surfaces], {})


def labelled_parts(
    annotation: LabelledPoints, name: str, surfaces: Sequence[Surface], objects: Mapping[int, Annotated], reach: float
) -> tuple[Part, ...]:
    """Return the surfaces as parts, labelled by an annotation.

    Args:
        annotation: points with object ids, in our frame.
        name: the annotation's file, for the error.
        surfaces: in our frame.
        objects: by id.
        reach: as in ``transfer``, metres.

    Raises:
        DataError: the annotation lies elsewhere.
    """
    if len(annotation.points) == 0:
        raise DataError(name, "holds no usable triangles", "download it again")
    shown, labels = transfer(annotation, surfaces, reach)
    if all((label == UNLABELLED).all() for label in labels):
        cause = f"lies nowhere within {reach} m of the scene's mesh"
        raise DataError(name, cause, "download both meshes anew")
    return parts(shown, labels, objects)


def _turned(surface: Surface, turn: NDArray[np.float64]) -> Surface:
    with np.errstate(invalid="ignore", over="ignore"):
        return replace(surface, vertices=surface.vertices @ turn.T)
