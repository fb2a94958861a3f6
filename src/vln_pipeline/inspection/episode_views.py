"""What pages and recordings of a dataset read of an episode alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import SEPARATOR
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.rendering.camera import OPENGL_FROM_OPENCV


def filmed_poses_of(
    dataset: ExportedDataset, columns: Mapping[str, NDArray[Any]], camera: Camera
) -> NDArray[np.float64]:
    """Return (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.

    Args:
        dataset: the dataset.
        columns: of the episode, by the dialect's own names.
        camera: which of its cameras.

    Raises:
        DataError: a pose holds a number that is not finite.
    """
    continuous = dataset.dialect == VlnN1.name
    poses: NDArray[np.float64] = columns["action" if continuous else f"pose{camera.suffix}"].astype(np.float64)
    require_finite(dataset, poses, f"a pose of camera {camera.setting}")
    return poses @ OPENGL_FROM_OPENCV if continuous else poses


def require_finite(dataset: ExportedDataset, values: NDArray[np.float64], what: str) -> None:
    """Refuse values that nothing can be drawn of.

    Raises:
        DataError: a number is not finite.
    """
    if not np.isfinite(values).all():
        raise DataError(dataset.root.name, f"{what} holds a number that is not finite", "export the scene again")


def wordings_of(dataset: ExportedDataset, episode: int) -> tuple[str, ...]:
    """Return all instructions of the whole route."""
    tasks = dataset.episodes[episode]["tasks"]
    if dataset.dialect == VlnN1.name and not dataset.is_v30:
        return (dataset.route_of(tasks),)
    return tuple(text for task in tasks for text in task.split(SEPARATOR))
