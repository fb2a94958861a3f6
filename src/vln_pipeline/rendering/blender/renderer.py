"""Colour frames by BlenderProc."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.blender.bake_light import bake_light
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.blender.opening import open_scene
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.scenes.scene import Scene

_CHUNK = 16
"""Poses per request; two requests are under way at a time, which bounds the frames that wait on disk."""


class BlenderRenderer:
    """One Blender process with the scene loaded once; a frame depends on nothing but scene, light, config and pose.

    Args:
        scene: the scene.
        config: how to render.
        lights: its lighting; the scene's own lamps are not looked at.
        threads: CPU threads of the process; they do not change a pixel.
        work_dir: where frames pass through; None is the RAM disk.
        cache_dir: where baked light is kept; None bakes it anew.

    Raises:
        DataError: Blender is missing or cannot load the scene.
    """

    def __init__(
        self,
        scene: Scene,
        config: BlenderConfig,
        lights: Lighting,
        *,
        threads: int,
        work_dir: Path | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        self._config = config
        baked = None
        if config.mode == "baked":
            baked = bake_light(scene, config, lights, threads=threads, cache_dir=cache_dir, work_dir=work_dir)
        self._worker = open_scene(scene, config, lights, threads=threads, work_dir=work_dir, baked=baked)
        self._jobs = 0

    @property
    def pid(self) -> int:
        """Id of the Blender process."""
        return self._worker.pid

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose; an iterator that is left early must not be taken up again.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.

        Raises:
            DataError: the process ended or took longer than the time-out.
        """
        chunks = [poses[start : start + _CHUNK] for start in range(0, len(poses), _CHUNK)]
        first = self._jobs
        self._jobs += len(chunks)
        for number, chunk in enumerate(chunks):
            for ahead in (0, 1) if number == 0 else (1,):
                if number + ahead < len(chunks):
                    self._request(first + number + ahead, chunks[number + ahead], intrinsics)
            for index in range(len(chunk)):
                yield self._frame(first + number, index)

    def close(self) -> None:
        """End the Blender process."""
        self._worker.close()

    def _request(self, job: int, poses: NDArray[np.float64], intrinsics: Intrinsics) -> None:
        name = f"poses_{job:06d}.npy"
        np.save(self._worker.folder / name, poses, allow_pickle=False)
        self._worker.request("film", job=job, poses=name, intrinsics=asdict(intrinsics))

    def _frame(self, job: int, index: int) -> NDArray[np.uint8]:
        while True:
            reply = self._worker.reply(self._config.frame_timeout)
            file = self._worker.folder / reply["file"]
            if (reply["job"], reply["index"]) == (job, index):
                break
            file.unlink()  # of an iterator that was left early
        image = cv2.imread(str(file), cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise DataError(str(file), "Blender wrote no frame", "check that the disk is not full")
        file.unlink()
        return image.astype(np.uint8, copy=False)
