"""Run as a script: films a scene's depth and material index with Cycles' own passes, by the worker's scene and camera.

Usage: blender_passes.py <folder with scene/, poses.npy and intrinsics.json>; writes passes.npy, (N, h, w, 2) float32 of
depth along the optical axis in metres and material index + 1.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

from vln_pipeline.rendering.blender.shim import load_blenderproc


def main(folder: Path) -> None:
    (folder / "temporary").mkdir()
    bproc = load_blenderproc(folder / "temporary")
    import bpy

    from vln_pipeline.rendering.blender.config import BlenderConfig
    from vln_pipeline.rendering.blender.filming import Camera, set_up_cycles
    from vln_pipeline.rendering.blender.materials import build_materials
    from vln_pipeline.rendering.blender.mesh_building import build_mesh
    from vln_pipeline.rendering.camera import Intrinsics
    from vln_pipeline.scenes import archive

    scene = archive.read(folder / "scene")
    materials = build_materials(scene, False)
    for number, material in enumerate(materials, start=1):
        material.pass_index = number
    build_mesh(scene, None, materials)
    set_up_cycles(bproc, BlenderConfig(samples=1, denoise="none"), 1.0, threads=1)
    stage = bpy.context.scene
    stage.view_layers[0].use_pass_z = stage.view_layers[0].use_pass_material_index = True
    stage.render.image_settings.file_format = "OPEN_EXR"
    stage.render.image_settings.color_depth = "32"
    stage.use_nodes = True
    nodes, links = stage.node_tree.nodes, stage.node_tree.links
    nodes.clear()
    layers, joined, output = (
        nodes.new(kind) for kind in ("CompositorNodeRLayers", "CompositorNodeCombineColor", "CompositorNodeComposite")
    )
    links.new(layers.outputs["Depth"], joined.inputs[0])
    links.new(layers.outputs["IndexMA"], joined.inputs[1])
    links.new(joined.outputs[0], output.inputs[0])
    camera = Intrinsics(**json.loads((folder / "intrinsics.json").read_text()))
    poses = np.load(folder / "poses.npy")
    Camera(bproc, 0).film(poses, camera, folder, 0, lambda index: None)
    frames = []
    for file in sorted(folder.glob("*.exr")):
        image = bpy.data.images.load(str(file))
        pixels = np.empty(camera.height * camera.width * image.channels, np.float32)
        image.pixels.foreach_get(pixels)
        frames.append(pixels.reshape(camera.height, camera.width, -1)[::-1, :, :2])
    np.save(folder / "passes.npy", np.stack(frames))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(0)  # this bpy crashes in the interpreter's own shutdown
