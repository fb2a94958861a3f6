"""The same views by several backends, side by side, so that a person can judge what a cheaper one costs.

::

    <item>/
      comparison.json                backends, similarity to the reference
      <backend>_<view>.png           (h, w, 3) uint8 sRGB
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from vln_pipeline.errors import DataError
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.viewpoints import walk_poses
from vln_pipeline.scenes.scene import Scene

REFERENCE = "blender.path"
_BACKENDS = (REFERENCE, "blender.baked", "gl", "raycast")
_OF_SPLATS = "splat"


@dataclass(frozen=True)
class Comparison:
    """Views of one scene.

    Attributes:
        scene: scene id.
        images: per backend, one (h, w, 3) uint8 sRGB image per view; the reference comes first.
        similarity: per backend, the mean structural similarity (SSIM, Wang et al. 2004) of its views to the reference.
        missing: why a backend is left out, by backend.
    """

    scene: str
    images: dict[str, tuple[NDArray[np.uint8], ...]]
    similarity: dict[str, float]
    missing: dict[str, str]


def compare_backends(
    scene: Scene, walks: Sequence[Trajectory], config: RenderingConfig, *, seed: int, cache: Path, threads: int
) -> Comparison:
    """Render the first views of the walks by every backend that runs on this machine; Gaussians by their only one.

    Args:
        scene: the scene.
        walks: one view is taken from the middle of each of the first ``config.compared_views`` walks.
        config: the stage's parameters; the first rig's first camera is used.
        seed: the run's seed.
        cache: folder for baked light.
        threads: CPU threads of a backend.
    """
    rig = config.rigs[0].rig()
    setting = rig.settings[0]
    along = [walk_poses(walk, rig.motion, setting) for walk in walks[: config.compared_views]]
    poses = np.stack([poses[len(poses) // 2] for poses in along])
    images: dict[str, tuple[NDArray[np.uint8], ...]] = {}
    missing: dict[str, str] = {}
    for name in _BACKENDS if scene.splat is None else (_OF_SPLATS,):
        try:
            renderer = open_renderer(scene, _only(config, name), seed=seed, cache=cache, threads=threads)
        except DataError as error:
            missing[name] = str(error)
            continue
        try:
            images[name] = tuple(renderer.render(poses, setting.intrinsics))
        finally:
            renderer.close()
    reference = images.get(REFERENCE, ())
    similarity = {name: _similarity(views, reference) for name, views in images.items() if reference}
    return Comparison(scene.id, images, similarity, missing)


def write(comparison: Comparison, directory: Path) -> None:
    """Write into an item's folder."""
    told = {
        "scene": comparison.scene,
        "views": {name: len(views) for name, views in comparison.images.items()},
        "similarity": comparison.similarity,
        "missing": comparison.missing,
    }
    (directory / "comparison.json").write_text(json.dumps(told, indent=1) + "\n")
    for name, views in comparison.images.items():
        for number, image in enumerate(views):
            cv2.imwrite(str(directory / f"{name}_{number}.png"), image[..., ::-1])


def read(directory: Path) -> Comparison:
    """Read what ``write`` wrote."""
    told = json.loads((directory / "comparison.json").read_text())
    images = {
        name: tuple(_image(directory / f"{name}_{number}.png") for number in range(count))
        for name, count in told["views"].items()
    }
    return Comparison(told["scene"], images, told["similarity"], told["missing"])


def _image(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise DataError(str(path), "image missing or unreadable", "compare this scene again")
    return image.astype(np.uint8, copy=False)


def _only(config: RenderingConfig, name: str) -> RenderingConfig:
    backend, _, mode = name.partition(".")
    blender = config.blender.model_copy(update={"mode": mode}) if mode else config.blender
    return config.model_copy(update={"backend": backend, "blender": blender})


def _similarity(views: Sequence[NDArray[np.uint8]], reference: Sequence[NDArray[np.uint8]]) -> float:
    scores = [structural_similarity(a, b, channel_axis=2) for a, b in zip(views, reference, strict=True)]
    return round(float(np.mean(scores)), 4)
