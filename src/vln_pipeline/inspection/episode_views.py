"""What pages and recordings of a dataset read of an episode alike."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """
    if dataset.dialect == VlnN1.name:
        turned: NDArray[np.float64] = columns["action"].astype(np.float64) @ OPENGL_FROM_OPENCV
        return turned
    return columns[f"pose{camera.suffix}"].astype(np.float64)


def wordings_of(dataset: ExportedDataset, episode: int) -> tuple[str, ...]:
    """Return all instructions of the whole route."""
    tasks = dataset.episodes[episode]["tasks"]
    if dataset.dialect == VlnN1.name and not dataset.is_v30:
        return (dataset.route_of(tasks),)
    return tuple(text for task in tasks for text in task.split(SEPARATOR))
