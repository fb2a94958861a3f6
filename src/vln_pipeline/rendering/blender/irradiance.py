"""Diffuse light at points of the loaded scene, by Cycles' baking."""

import bpy
import numpy as np
from numpy.typing import NDArray

_RADIUS = 0.002
"""Circumradius of the small triangle that stands for a point, metres."""
_LIFT = 0.001
"""Distance of that triangle above its surface, metres."""
_DIRECT_PATHS = 4
"""Direct light is traced with this many times the paths: they are short, and lamps in other rooms waste most."""
_SETTINGS: dict[str, object] = {
    "use_denoising": False,
    "seed": 0,
    "use_light_tree": True,  # most lamps of a home do not reach a point
    "caustics_reflective": False,  # rare bright paths by way of mirrors would show as blotches
    "samples": 1,
    "max_bounces": 0,
    "diffuse_bounces": 0,
}
"""Of Cycles while it bakes; the last three change from bake to bake."""


def bake_irradiance(
    positions: NDArray[np.float64], normals: NDArray[np.float64], samples: int, bounces: int
) -> NDArray[np.float32]:
    """Return (N, 6) linear RGB light on a white matt surface at each point, as the radiance that it sends back.

    The first three are light that comes from lamps and sky by the straight way, the others what surfaces send on.

    Each point becomes a small triangle that no other ray can see, so the scene stays as it is, its points may lie
    anywhere, and one bake serves all of them.

    Args:
        positions: (N, 3) metres, world, on surfaces.
        normals: (N, 3) unit vectors, the side that is lit.
        samples: light paths per point of what surfaces send on.
        bounces: diffuse bounces.
    """
    cycles, render = bpy.context.scene.cycles, bpy.context.scene.render
    probe = _probe(positions, normals)
    bpy.ops.object.select_all(action="DESELECT")
    probe.select_set(True)
    bpy.context.view_layer.objects.active = probe
    saved = {name: getattr(cycles, name) for name in _SETTINGS}
    persistent, render.use_persistent_data = render.use_persistent_data, False
    for name, value in _SETTINGS.items():
        setattr(cycles, name, value)
    parts = [_baked(probe, "DIRECT", _DIRECT_PATHS * samples, 0)]
    parts.append(_baked(probe, "INDIRECT", samples, bounces) if bounces else np.zeros_like(parts[0]))
    for name, value in saved.items():
        setattr(cycles, name, value)
    render.use_persistent_data = persistent
    mesh = probe.data
    bpy.data.objects.remove(probe)
    bpy.data.meshes.remove(mesh)
    return np.concatenate(parts, axis=1)


def _baked(probe: bpy.types.Object, light: str, samples: int, bounces: int) -> NDArray[np.float32]:
    """Return the (N, 3) direct or indirect light on the selected probe's triangles."""
    cycles = bpy.context.scene.cycles
    cycles.samples = max(1, round(samples / 3))  # once per corner
    cycles.max_bounces = cycles.diffuse_bounces = bounces
    bpy.ops.object.bake(type="DIFFUSE", pass_filter={light}, target="VERTEX_COLORS")
    colors = np.empty(4 * len(probe.data.loops), dtype=np.float32)
    probe.data.color_attributes[0].data.foreach_get("color", colors)
    return colors.reshape(-1, 3, 4)[..., :3].mean(axis=1)


def _probe(positions: NDArray[np.float64], normals: NDArray[np.float64]) -> bpy.types.Object:
    helper = np.where(np.abs(normals[:, :1]) < 0.9, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    across = np.cross(normals, helper)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    along = np.cross(normals, across)
    angles = np.radians([0.0, 120.0, 240.0])
    corners = (
        (positions + _LIFT * normals)[:, None]
        + _RADIUS * np.cos(angles)[:, None] * across[:, None]
        + _RADIUS * np.sin(angles)[:, None] * along[:, None]
    ).astype(np.float32)
    count = len(positions)
    mesh = bpy.data.meshes.new("probe")
    mesh.vertices.add(3 * count)
    mesh.vertices.foreach_set("co", corners.ravel())
    mesh.loops.add(3 * count)
    mesh.loops.foreach_set("vertex_index", np.arange(3 * count, dtype=np.int32))
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    mesh.color_attributes.new("light", "FLOAT_COLOR", "CORNER")
    mesh.update(calc_edges=True)
    material = bpy.data.materials.new("probe")
    material.use_nodes = True
    material.node_tree.nodes.clear()
    matt = material.node_tree.nodes.new("ShaderNodeBsdfDiffuse")
    output = material.node_tree.nodes.new("ShaderNodeOutputMaterial")
    material.node_tree.links.new(matt.outputs[0], output.inputs["Surface"])
    mesh.materials.append(material)
    probe = bpy.data.objects.new("probe", mesh)
    bpy.context.collection.objects.link(probe)
    # Rays scattered in volumes, of which there are none, may see it: Cycles drops an object that no ray may see.
    for kind in ("camera", "diffuse", "glossy", "transmission", "shadow"):
        setattr(probe, f"visible_{kind}", False)
    return probe
