"""Frames of the loaded scene."""

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.blender.messages import frame_file
from vln_pipeline.rendering.camera import OPENGL_FROM_OPENCV, Intrinsics
from vln_pipeline.rendering.lighting import Lighting

_NEAR, _FAR = 0.01, 1000.0
_MANY_LAMPS = 4
_REFLECTIONS = 2
"""Times that light is followed from one shiny surface to the next."""


def set_up_cycles(bproc: ModuleType, config: BlenderConfig, exposure: float, threads: int) -> None:
    """Set Cycles for few samples and a filter, which at equal time beats many samples by far.

    BlenderProc's own denoiser runs in the compositor with accurate guides; Cycles' filter with fast ones costs a third.
    """
    path = config.mode == "path"
    bproc.renderer.set_cpu_threads(threads)
    bproc.renderer.set_max_amount_of_samples(config.samples if path else config.baked_samples)
    bproc.renderer.set_noise_threshold(0)
    bounces = config.bounces if path else _REFLECTIONS
    bproc.renderer.set_light_bounces(
        diffuse_bounces=bounces,
        glossy_bounces=min(bounces, _REFLECTIONS),
        ao_bounces_render=0,
        max_bounces=bounces,
        transmission_bounces=0,
        transparent_max_bounces=8,
        volume_bounces=0,
    )
    bproc.renderer.set_denoiser(None)
    scene = bpy.context.scene
    if path and config.denoise != "none":
        scene.cycles.use_denoising = True
        bpy.context.view_layer.cycles.use_denoising = True
        scene.cycles.denoiser = "OPENIMAGEDENOISE"
        scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
        scene.cycles.denoising_quality = "HIGH" if config.denoise == "high" else "FAST"
        scene.cycles.denoising_prefilter = "FAST" if config.denoise == "high" else "NONE"
    if not path:
        # The same few places in every pixel: edges and textures come out even, not grainy.
        scene.cycles.sampling_pattern = "TABULATED_SOBOL"
        scene.cycles.scrambling_distance = 0.0
    bproc.renderer.set_output_format("BMP", 8, enable_transparency=False, view_transform="Standard")
    scene.render.dither_intensity = 0.0
    scene.render.use_persistent_data = True
    scene.view_settings.look = "None"
    scene.view_settings.exposure = math.log2(exposure)


class Camera:
    """Films poses of the loaded scene as one animation, which saves a synchronisation per frame."""

    def __init__(self, bproc: ModuleType, noise_seed: int) -> None:
        self._bproc = bproc
        self._noise_seed = noise_seed
        self._poses: NDArray[np.float64] = np.zeros((0, 4, 4))
        self._report: Callable[[int], None] = lambda _: None
        # Keyed poses would pass through Euler angles and depend on their neighbours: each frame sets its own.
        bpy.app.handlers.frame_change_pre.append(self._on_frame)
        bpy.app.handlers.render_write.append(self._on_written)

    def film(
        self, poses: NDArray[np.float64], intrinsics: Intrinsics, folder: Path, job: int, report: Callable[[int], None]
    ) -> None:
        """Write one BMP per pose and report its index.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
            folder: where the files go.
            job: number that their names carry.
            report: called with the index of each frame that is written.
        """
        self._poses, self._report = poses, report
        self._bproc.camera.set_intrinsics_from_K_matrix(
            intrinsics.matrix, intrinsics.width, intrinsics.height, _NEAR, _FAR
        )
        scene = bpy.context.scene
        scene.frame_start, scene.frame_end = 0, len(poses) - 1
        scene.render.filepath = str(frame_file(folder, job, 0)).replace("0000.bmp", "####")
        # A seed that a handler sets reaches the renderer a frame late; a keyed one is in time.
        scene.animation_data_clear()
        for index, pose in enumerate(poses):
            scene.cycles.seed = _noise_seed(self._noise_seed, pose)
            scene.keyframe_insert("cycles.seed", frame=index)
        bpy.ops.render.render(animation=True)

    def _on_frame(self, scene: bpy.types.Scene, *_: object) -> None:
        if scene.frame_current >= len(self._poses):
            return
        pose = self._poses[scene.frame_current]
        scene.camera.rotation_mode = "QUATERNION"
        scene.camera.matrix_world = Matrix(pose @ OPENGL_FROM_OPENCV)

    def _on_written(self, scene: bpy.types.Scene, *_: object) -> None:
        self._report(scene.frame_current)


def _noise_seed(run: int, pose: NDArray[np.float64]) -> int:
    digest = hashlib.sha256(run.to_bytes(8, "little") + np.ascontiguousarray(pose, dtype="<f8").tobytes()).digest()
    return int.from_bytes(digest[:3], "little")  # a key holds single precision, exact to 24 bits


def add_lights(bproc: ModuleType, lighting: Lighting) -> None:
    """Add lamps and sky; lamps have no body in the scene's geometry, so the camera does not see them either."""
    for lamp in lighting.lights:
        light = bproc.types.Light(lamp.kind.upper())
        light.set_location(lamp.position)
        light.set_rotation_mat(np.asarray(lamp.rotation))
        light.set_energy(lamp.power)
        light.set_color(lamp.color)
        data = light.blender_obj.data
        if lamp.kind == "area":
            data.shape, data.size = "SQUARE", lamp.size
        elif lamp.kind == "sun":
            data.angle = lamp.size
        else:
            light.set_radius(lamp.size)
        light.blender_obj.visible_camera = False
    # Picking lamps by their share of the light costs time with few and saves noise with many.
    bproc.renderer.toggle_light_tree(len(lighting.lights) > _MANY_LAMPS)
    bproc.renderer.set_world_background(list(lighting.background), 1.0)
