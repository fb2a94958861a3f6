"""A scene's materials as Blender shaders."""

from typing import TypeAlias

import bpy
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.blender.mesh_building import COLOR, IRRADIANCE
from vln_pipeline.scenes.scene import Material, Scene

Color: TypeAlias = bpy.types.NodeSocket | tuple[float, float, float, float]
_REFRACTIVE_INDEX = 1.5
"""Of plastics, paints and glass."""
_NORMAL_REFLECTANCE = ((_REFRACTIVE_INDEX - 1) / (_REFRACTIVE_INDEX + 1)) ** 2
_SMOOTH = 0.3
"""Roughness below which a surface shows what it reflects."""


def build_materials(scene: Scene, baked: bool) -> list[bpy.types.Material]:
    """Return one Blender material per material of a scene.

    Args:
        scene: the scene.
        baked: whether surfaces emit their colour times the baked light rather than reflect the light of lamps.
    """
    vertex_colored = {part.material for part in scene.parts if part.colors is not None}
    images: dict[int, bpy.types.Image] = {}
    for material in scene.materials:
        if material.texture is not None and id(material.texture) not in images:
            images[id(material.texture)] = _image(material.name, material.texture)
    shade = _emit if baked else _reflect
    built = []
    for index, material in enumerate(scene.materials):
        blender_material = bpy.data.materials.new(material.name)
        blender_material.use_nodes = True
        tree = blender_material.node_tree
        tree.nodes.clear()
        color = _base_color(tree, material, images.get(id(material.texture)), index in vertex_colored)
        surface = shade(tree, material, color)
        tree.links.new(surface, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
        if baked:
            blender_material.cycles.emission_sampling = "NONE"  # no surface is a lamp: the light is already there
        built.append(blender_material)
    return built


def _image(name: str, texture: NDArray[np.uint8]) -> bpy.types.Image:
    height, width = texture.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=False)
    pixels = np.ones((height, width, 4), dtype=np.float32)
    pixels[..., :3] = texture[::-1] / np.float32(255)  # Blender's first row is the lowest
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    return image


def _base_color(
    tree: bpy.types.NodeTree, material: Material, image: bpy.types.Image | None, vertex_colored: bool
) -> bpy.types.NodeSocket:
    constant = tree.nodes.new("ShaderNodeRGB")
    constant.outputs[0].default_value = (*material.color, 1.0)
    color = constant.outputs[0]
    if image is not None:
        texture = tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        color = _product(tree, color, texture.outputs["Color"])
    if vertex_colored:
        color = _product(tree, color, _attribute(tree, COLOR).outputs["Color"])
    return color


def _reflect(tree: bpy.types.NodeTree, material: Material, color: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    principled = tree.nodes.new("ShaderNodeBsdfPrincipled")
    tree.links.new(color, principled.inputs["Base Color"])
    principled.inputs["Roughness"].default_value = material.roughness
    principled.inputs["Metallic"].default_value = material.metallic
    principled.inputs["Alpha"].default_value = material.alpha
    principled.inputs["Emission Color"].default_value = (*material.emission, 1.0)
    principled.inputs["Emission Strength"].default_value = 1.0 if any(material.emission) else 0.0
    return principled.outputs[0]


def _emit(tree: bpy.types.NodeTree, material: Material, color: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """Return a surface that shows its baked light, below a coat that reflects.

    Tracing what every surface reflects would triple the cost of a frame. Metal and smooth surfaces do; the coat of a
    rough one sends back the mean of the light that falls on it.
    """
    fallen = _attribute(tree, IRRADIANCE).outputs["Vector"]
    matt = _emission(tree, _product(tree, color, fallen))
    if material.roughness < _SMOOTH:
        fresnel = tree.nodes.new("ShaderNodeFresnel")
        fresnel.inputs["IOR"].default_value = _REFRACTIVE_INDEX
        surface = _mix(tree, fresnel.outputs[0], matt, _glossy(tree, material.roughness))
    else:
        surface = _mix(tree, _NORMAL_REFLECTANCE, matt, _emission(tree, fallen))
    if material.metallic:
        surface = _mix(tree, material.metallic, surface, _glossy(tree, material.roughness, color))
    if any(material.emission):
        own = tree.nodes.new("ShaderNodeAddShader")
        tree.links.new(surface, own.inputs[0])
        tree.links.new(_emission(tree, (*material.emission, 1.0)), own.inputs[1])
        surface = own.outputs[0]
    if material.alpha < 1.0:
        surface = _mix(tree, material.alpha, tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], surface)
    return surface


def _emission(tree: bpy.types.NodeTree, color: Color) -> bpy.types.NodeSocket:
    return _shader(tree, "ShaderNodeEmission", color)


def _glossy(tree: bpy.types.NodeTree, roughness: float, color: Color = (1.0, 1.0, 1.0, 1.0)) -> bpy.types.NodeSocket:
    surface = _shader(tree, "ShaderNodeBsdfGlossy", color)
    surface.node.inputs["Roughness"].default_value = roughness
    return surface


def _shader(tree: bpy.types.NodeTree, kind: str, color: Color) -> bpy.types.NodeSocket:
    node = tree.nodes.new(kind)
    _set(tree, node.inputs["Color"], color)
    return node.outputs[0]


def _mix(
    tree: bpy.types.NodeTree,
    share: bpy.types.NodeSocket | float,
    without: bpy.types.NodeSocket,
    whole: bpy.types.NodeSocket,
) -> bpy.types.NodeSocket:
    mix = tree.nodes.new("ShaderNodeMixShader")
    _set(tree, mix.inputs[0], share)
    tree.links.new(without, mix.inputs[1])
    tree.links.new(whole, mix.inputs[2])
    return mix.outputs[0]


def _set(tree: bpy.types.NodeTree, input_: bpy.types.NodeSocket, value: Color | float) -> None:
    if isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, input_)
    else:
        input_.default_value = value


def _attribute(tree: bpy.types.NodeTree, name: str) -> bpy.types.Node:
    node = tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name = name
    return node


def _product(tree: bpy.types.NodeTree, a: bpy.types.NodeSocket, b: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    return _math(tree, "MULTIPLY", a, b)


def _math(
    tree: bpy.types.NodeTree, operation: str, a: bpy.types.NodeSocket, b: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    node = tree.nodes.new("ShaderNodeVectorMath")  # unlike the mix node it does not clamp light above 1
    node.operation = operation
    tree.links.new(a, node.inputs[0])
    tree.links.new(b, node.inputs[1])
    return node.outputs[0]
