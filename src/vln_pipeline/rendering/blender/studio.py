"""What the worker process does for each kind of request."""

import os
import shutil
from pathlib import Path
from typing import IO

import numpy as np

from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.blender.filming import Camera, add_lights, set_up_cycles
from vln_pipeline.rendering.blender.irradiance import bake_irradiance
from vln_pipeline.rendering.blender.materials import build_materials
from vln_pipeline.rendering.blender.mesh_building import build_mesh
from vln_pipeline.rendering.blender.messages import Message, frame_file, send
from vln_pipeline.rendering.blender.shim import load_blenderproc
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.scenes import archive


class Studio:
    """Blender with one scene in it.

    Args:
        folder: where scene, poses and frames are exchanged.

    Raises:
        ImportError: bpy, BlenderProc, or a system library they need is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        temporary = folder / "blenderproc"
        temporary.mkdir()
        self._bproc = load_blenderproc(temporary)

    def load(self, request: Message, replies: IO[str]) -> None:
        """Build the scene that the folder holds."""
        config = BlenderConfig.model_validate(request["config"])
        scene = archive.read(self._folder / "scene")
        baked = BakedLight.read(self._folder / "baked.npz") if request["baked"] else None
        build_mesh(scene, baked, build_materials(scene, baked is not None))
        set_up_cycles(self._bproc, config, request["exposure"], request["threads"])
        if baked is None:
            add_lights(self._bproc, Lighting(scene.lights, tuple(request["background"]), request["exposure"]))
        else:
            self._bproc.renderer.set_world_background(request["background"], 1.0)
        self._camera = Camera(self._bproc, config.noise_seed)
        send(replies, "ready")

    def film(self, request: Message, replies: IO[str]) -> None:
        """Render poses."""
        job = request["job"]

        def report(index: int) -> None:
            try:
                send(replies, "frame", job=job, index=index, file=frame_file(self._folder, job, index).name)
            except BrokenPipeError:
                # Blender swallows what its handlers raise and would film on for nobody.
                shutil.rmtree(self._folder, ignore_errors=True)
                os._exit(1)

        poses = np.load(self._folder / request["poses"], allow_pickle=False)
        self._camera.film(poses, Intrinsics(**request["intrinsics"]), self._folder, job, report)

    def irradiance(self, request: Message, replies: IO[str]) -> None:
        """Measure the diffuse light that arrives at points."""
        with np.load(self._folder / request["points"], allow_pickle=False) as points:
            light = bake_irradiance(points["position"], points["normal"], request["samples"], request["bounces"])
        np.save(self._folder / request["result"], light, allow_pickle=False)
        send(replies, "irradiance", file=request["result"])
