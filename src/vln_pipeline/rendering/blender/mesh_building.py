"""A scene's triangles as one Blender mesh."""

from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.blender.tessellation import SMOOTH_ANGLE
from vln_pipeline.scenes.scene import Scene

COLOR = "vertex_color"
"""Name of the vertex colour attribute; Cycles takes plain "color" for the object's own colour, which is black."""
IRRADIANCE = "irradiance"
"""Name of the baked light's vertex attribute."""


@dataclass(frozen=True)
class _Triangles:
    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    material: NDArray[np.int32]
    uv: NDArray[np.float32]
    colors: NDArray[np.uint8]
    irradiance: NDArray[np.float32] | None


def build_mesh(scene: Scene, baked: BakedLight | None, materials: list[bpy.types.Material]) -> bpy.types.Object:
    """Add all parts of a scene as one object, which traces faster than many; masks do not come from Blender.

    Args:
        scene: the scene.
        baked: its baked light, whose finer triangles then replace the scene's, or None.
        materials: one Blender material per material of the scene.

    Raises:
        DataError: a vertex is not finite, or Blender finds no usable face.
    """
    triangles = _of_scene(scene) if baked is None else _of_baked_light(scene, baked)
    if not np.isfinite(triangles.vertices).all():
        raise DataError(f"scene {scene.id}", "a vertex is not finite", "mend or drop the mesh")
    mesh = bpy.data.meshes.new(scene.id)
    for material in materials:
        mesh.materials.append(material)
    corners = triangles.faces.ravel()
    mesh.vertices.add(len(triangles.vertices))
    mesh.vertices.foreach_set("co", triangles.vertices.ravel())
    mesh.loops.add(len(corners))
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.add(len(triangles.faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, len(corners), 3, dtype=np.int32))
    mesh.polygons.foreach_set("material_index", triangles.material)
    mesh.uv_layers.new(name="uv").uv.foreach_set("vector", triangles.uv[corners].ravel())
    colors = np.concatenate([triangles.colors, np.full((len(triangles.colors), 1), 255, np.uint8)], axis=1)
    attribute = mesh.color_attributes.new(COLOR, "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set("color_srgb", (colors / np.float32(255)).astype(np.float32).ravel())
    if triangles.irradiance is not None:
        vectors = mesh.attributes.new(IRRADIANCE, "FLOAT_VECTOR", "POINT")
        vectors.data.foreach_set("vector", triangles.irradiance.astype(np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.validate()  # an index out of range would end the process
    if not mesh.polygons:
        raise DataError(f"scene {scene.id}", "no face that Blender can use", "mend or drop the mesh")
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=SMOOTH_ANGLE)
    built = bpy.data.objects.new(scene.id, mesh)
    bpy.context.collection.objects.link(built)
    return built


def _of_scene(scene: Scene) -> _Triangles:
    part_material = np.array([part.material for part in scene.parts], dtype=np.int32)
    return _Triangles(
        vertices=scene.mesh.vertices.astype(np.float32),
        faces=scene.mesh.faces,
        material=part_material[scene.mesh.part],
        uv=np.concatenate([np.zeros((len(p.vertices), 2), np.float32) if p.uv is None else p.uv for p in scene.parts]),
        colors=np.concatenate(
            [np.full((len(p.vertices), 3), 255, np.uint8) if p.colors is None else p.colors for p in scene.parts]
        ),
        irradiance=None,
    )


def _of_baked_light(scene: Scene, baked: BakedLight) -> _Triangles:
    part_material = np.array([part.material for part in scene.parts], dtype=np.int32)
    return _Triangles(baked.vertices, baked.faces, part_material[baked.part], baked.uv, baked.colors, baked.irradiance)
