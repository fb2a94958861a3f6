"""One dataset of vln_ce, whoever wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.training.system2_data.config import RecordingConfig
from vln_pipeline.training.system2_data.episode import Episode


class SceneFolder(Protocol):
    """One dataset."""

    @property
    def scene(self) -> str:
        """Name of its scene."""
        ...

    def numbers(self) -> Iterator[int]:
        """Yield its episodes."""
        ...

    def episode(self, number: int, recording: RecordingConfig, *, goals: bool = True) -> Episode:
        """Return a walk; a DataError says why it cannot be learned from.

        Without ``goals`` neither pixel goals nor the look-down camera are asked for, and the walk has none.
        """
        ...

    def view(self, number: int, setting: str, frame: int) -> NDArray[np.uint8]:
        """Return the (h, w, 3) uint8 sRGB image of a frame; a DataError says that it cannot be read."""
        ...

    def camera(self, setting: str) -> CameraSetting | None:
        """Return a camera; None where the dataset does not tell of its cameras."""
        ...


def camera_of(dataset: ExportedDataset, setting: str) -> CameraSetting:
    """Return one of a dataset's cameras."""
    camera = dataset.cameras[setting]
    return CameraSetting(setting, camera.height, camera.pitch, camera.intrinsics)


@contextmanager
def reading(scene: str) -> Iterator[None]:
    """Turn what a broken file of a dataset makes of reading into a clear error."""
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, RecursionError, pa.ArrowException) as error:
        raise DataError(scene, f"its tables cannot be read ({type(error).__name__}: {error})") from error
