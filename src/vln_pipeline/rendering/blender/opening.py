"""Starts a worker process and has it load a scene."""

from dataclasses import replace
from pathlib import Path

from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.blender.process import WorkerProcess
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.scenes import archive
from vln_pipeline.scenes.scene import Scene


def open_scene(
    scene: Scene,
    config: BlenderConfig,
    lighting: Lighting,
    *,
    threads: int,
    work_dir: Path | None,
    baked: BakedLight | None,
) -> WorkerProcess:
    """Return a process with the scene in it.

    Args:
        scene: the scene.
        config: how to render; its mode is ``path`` while light is being baked.
        lighting: its lighting.
        threads: CPU threads of the process.
        work_dir: where arrays pass through; None is the RAM disk.
        baked: the light that surfaces show, or None to trace it.

    Raises:
        DataError: Blender is missing or cannot load the scene.
    """
    worker = WorkerProcess(f"scene {scene.id}", config.python, work_dir)
    try:
        (worker.folder / "scene").mkdir()
        archive.write(replace(scene, lights=lighting.lights), worker.folder / "scene")
        if baked is not None:
            baked.write(worker.folder / "baked.npz")
        worker.request(
            "load",
            config=config.model_dump(mode="json"),
            baked=baked is not None,
            background=list(lighting.background),
            exposure=lighting.exposure,
            threads=threads,
        )
        worker.reply(config.start_timeout)
    except BaseException:
        worker.close()
        raise
    return worker
