"""The surface beside a splat, or the one that its Gaussians form: what is planned on, measured and masked."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh import reading as mesh_reading
from vln_pipeline.scenes.mesh.objects import Mapping, identify
from vln_pipeline.scenes.scene import UNKNOWN, Material, Part, Splat
from vln_pipeline.scenes.splat.cloud import read_cloud
from vln_pipeline.scenes.splat.config import SplatConfig
from vln_pipeline.scenes.splat.field import Surface, surface_of_points, surface_of_splat
from vln_pipeline.scenes.splat.ply_header import read_header

_TEXTURE_SIZE = 16
"""Longest edge of a collision mesh's textures, pixels: nobody sees them."""


@dataclass(frozen=True)
class Collision:
    """What stands in the way.

    Attributes:
        parts: world, metres.
        materials: of the parts.
        decisions: where they come from, one clause each.
        defects: what is missing in them.
    """

    parts: tuple[Part, ...]
    materials: tuple[Material, ...]
    decisions: tuple[str, ...]
    defects: tuple[str, ...] = ()


def beside(file: Path, to_world: NDArray[np.float64], config: SplatConfig) -> Collision:
    """Return the surface in a mesh or a point cloud.

    Args:
        file: the mesh or cloud.
        to_world: (4, 4) similarity from its frame to the world.
        config: bounds, and how a cloud becomes a surface.

    Raises:
        DataError: it cannot be read.
    """
    if _is_cloud(file):
        points = read_cloud(file, config.max_gaussians) @ to_world[:3, :3].T + to_world[:3, 3]
        surface = surface_of_points(points, config, file.name)
        return _of_surface(surface, f"surface: cells of {config.voxel:g} m around the points of {file.name}")
    model = mesh_reading.read_model(file, _TEXTURE_SIZE, config.max_triangles, config.max_file_size, "splat")
    identities = identify(model.surfaces, Mapping())
    parts = mesh_reading.posed_parts(model, identities, to_world[:3, :3], to_world[:3, 3])
    return Collision(parts, model.materials, (f"surface: the mesh {file.name}",))


def from_splat(splat: Splat, config: SplatConfig, file: str) -> Collision:
    """Return the surface that the Gaussians themselves form.

    Raises:
        DataError: they form none.
    """
    surface = surface_of_splat(splat, config, file)
    told = f"surface: where the Gaussians' opacity in cells of {config.voxel:g} m passes {config.solid:g}"
    found = _of_surface(surface, told)
    rough = f"surface made from Gaussians: about {100 * config.voxel:.0f} cm thicker than what it stands for"
    return Collision(found.parts, found.materials, found.decisions, (rough, *found.defects))


def _of_surface(surface: Surface, told: str) -> Collision:
    part = Part("surface", surface.vertices, surface.faces, 0, UNKNOWN, 1)
    left_out = (f"{surface.pieces} floating pieces left out of the surface",) if surface.pieces else ()
    return Collision((part,), (Material("surface"),), (told,), left_out)


def _is_cloud(file: Path) -> bool:
    if file.suffix.lower() != ".ply":
        return file.suffix.lower() in (".las", ".laz")
    faces = read_header(file).element("face")
    return faces is None or faces.count == 0
