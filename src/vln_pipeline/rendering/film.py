"""Filming walks: every rig of every walk in one pass over the loaded scene."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Rig
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.encode import FrameWriter
from vln_pipeline.rendering.footage import FootageIndex, camera_name
from vln_pipeline.rendering.frame import GeometryFrame, RgbRenderer
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.rendering.shading import ShadedRenderer
from vln_pipeline.rendering.viewpoints import walk_poses
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.seeding import generator

_IMAGES = ("rgb", "depth", "semantic", "instance")
_BLANK = 2.0
"""Standard deviation of sRGB values below which an image shows nothing."""


def film(
    scene: Scene,
    walks: Sequence[Trajectory],
    config: RenderingConfig,
    directory: Path,
    *,
    seed: int,
    cache: Path,
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Film walks of one scene into the layout of ``footage``.

    Args:
        scene: the scene.
        walks: at least one.
        config: rigs and backend.
        directory: empty folder of the item.
        seed: the run's seed.
        cache: folder for baked light.
        threads: CPU threads the renderer may use; they do not change a pixel.
        progress: called with the number of frames of each camera that has filmed a walk.

    Raises:
        DataError: the backend cannot run here, or a camera sees nothing on a whole walk.
    """
    rigs = {walk.id: walk_rigs(walk, config, seed) for walk in walks}
    raycaster = Raycaster(scene)
    renderer = open_renderer(scene, config, seed=seed, cache=cache, threads=threads)
    try:
        with FrameWriter(config.jpeg_quality, threads=max(1, threads)) as writer:
            for walk in walks:
                for rig in rigs[walk.id]:
                    for setting in rig.settings:
                        folder = directory / walk.id / camera_name(rig, setting)
                        frames = _film_camera(walk, rig, setting, folder, renderer, raycaster, writer)
                        if progress is not None:
                            progress(frames)
    finally:
        renderer.close()
    FootageIndex(
        scene=scene.id,
        categories=scene.categories,
        instances={part.instance: part.category for part in scene.parts},
        rigs=tuple(rig.rig() for rig in config.rigs),
        backend=config.look if scene.splat is None else "splat",
        trajectories=tuple(walk.id for walk in walks),
        drawn=rigs if any(rig.drawn for rig in config.rigs) else {},
    ).write(directory)


def walk_rigs(walk: Trajectory, config: RenderingConfig, seed: int) -> tuple[Rig, ...]:
    """Return the rigs that film a walk; what they draw depends on the walk alone, not on which others are filmed."""
    return tuple(rig.rig(generator(seed, walk.scene, "rendering", walk.id, rig.name)) for rig in config.rigs)


def _film_camera(
    walk: Trajectory,
    rig: Rig,
    setting: CameraSetting,
    folder: Path,
    renderer: RgbRenderer,
    raycaster: Raycaster,
    writer: FrameWriter,
) -> int:
    for image in _IMAGES:
        (folder / image).mkdir(parents=True)
    poses = walk_poses(walk, rig.motion, setting)
    np.save(folder / "poses.npy", poses)
    sees = shows = False
    for frame, (rgb, geometry) in enumerate(_frames(poses, setting.intrinsics, renderer, raycaster)):
        sees, shows = sees or bool(geometry.depth.any()), shows or float(rgb.std()) > _BLANK
        writer.write(folder, frame, rgb, geometry, rig.depth_unit)
    if not sees or not shows:
        what = "sees no surface" if not sees else "shows one flat colour"
        mend = "check that the scene has walls around its floor" if not sees else "check lights and exposure"
        raise DataError(f"{walk.id}, camera {camera_name(rig, setting)}", f"{what} on the whole walk", mend)
    return len(poses)


def _frames(
    poses: NDArray[np.float64], intrinsics: Intrinsics, renderer: RgbRenderer, raycaster: Raycaster
) -> Iterator[tuple[NDArray[np.uint8], GeometryFrame]]:
    if isinstance(renderer, ShadedRenderer):  # its colours come from the very rays that measure the geometry
        yield from (renderer.frame(pose, intrinsics) for pose in poses)
        return
    for pose, rgb in zip(poses, renderer.render(poses, intrinsics), strict=True):
        yield rgb, raycaster.geometry(pose, intrinsics)
