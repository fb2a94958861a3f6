"""Mesh files as models, and models as parts of a scene."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.model import Model
from vln_pipeline.scenes.mesh.objects import Identity
from vln_pipeline.scenes.mesh.sidecars import sidecars
from vln_pipeline.scenes.scene import Part

SUFFIXES = (".glb", ".gltf", ".obj", ".ply")


def read_model(file: Path, texture_size: int, max_triangles: int, max_file_size: float, source: str) -> Model:
    """Return what a mesh file holds, whatever its format.

    Args:
        file: the file.
        texture_size: longest edge of a texture, pixels.
        max_triangles: a larger scene is refused.
        max_file_size: of the file with all that it refers to, GiB.
        source: name of the scene source, for the mend.

    Raises:
        DataError: it cannot be read, is too large, or holds no triangle.
    """
    try:
        size = sum(f.stat().st_size for f in (file, *sidecars(file)))
        if size > max_file_size * 2**30:
            raise DataError(file.name, f"{size / 2**30:.1f} GiB", f"raise scenes.{source}.max_file_size")
        model = _parsed(file, texture_size, max_triangles)
    except DataError:
        raise
    except Exception as error:
        # A parser of foreign files meets what nobody foresaw; whatever it is, it concerns this one file.
        cause = f"cannot be read as {file.suffix[1:]} ({type(error).__name__}: {str(error)[:120]})"
        raise DataError(file.name, cause, "export or download it again") from error
    if not any(len(s.faces) for s in model.surfaces):
        raise DataError(file.name, "holds no triangles", "export it with its meshes")
    return model


def posed_parts(model: Model, identities: Sequence[Identity], turn: NDArray, shift: NDArray) -> tuple[Part, ...]:
    """Return a model's surfaces as parts.

    Args:
        model: the model.
        identities: what each of its surfaces belongs to.
        turn: (3, 3) rotation and scale from the file's frame to the world.
        shift: (3,) of the file's origin in the world, metres.
    """
    return tuple(
        Part(
            name=" / ".join(surface.path),
            vertices=turned(surface.vertices, turn) + shift,
            faces=surface.faces.astype(np.int32),
            material=surface.material,
            category=identity.category,
            instance=identity.instance,
            uv=surface.uv,
            colors=surface.colors,
        )
        for surface, identity in zip(model.surfaces, identities, strict=True)
    )


def turned(vertices: NDArray[np.float64], turn: NDArray) -> NDArray[np.float64]:
    """Return (V, 3) vertices turned by a (3, 3) matrix; those not finite stay so, for the checks to find."""
    with np.errstate(invalid="ignore", over="ignore"):
        return vertices @ turn.T


def _parsed(file: Path, texture_size: int, max_triangles: int) -> Model:
    if file.suffix.lower() in (".glb", ".gltf"):
        from vln_pipeline.scenes.mesh import gltf

        return gltf.read(file, texture_size, max_triangles)
    from vln_pipeline.scenes.mesh import polygon_file  # trimesh takes two seconds to load

    return polygon_file.read(file, texture_size, max_triangles)
