"""Where one camera of a vln_ce dataset was, and what it saw, whoever wrote the dataset."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.training.navdp_data.columns import matrices, read_columns
from vln_pipeline.training.navdp_data.frame_sources import LooseFrames, Numbered, StoredFrames, numbered
from vln_pipeline.training.navdp_data.walk import FrameSource
from vln_pipeline.training.system2_data.scene_folder import reading

_TABLE = "data/chunk-*/episode_{:06d}.parquet"


def filmed(folder: Path, episode: int, setting: str, name: str) -> tuple[FrameSource, NDArray[np.float64]]:
    """Return an episode's frames, and (L, 4, 4) camera-to-world poses: OpenCV axes, metres, world z up.

    Args:
        folder: of the dataset.
        episode: its number.
        setting: name of the camera.
        name: of the episode, for errors.

    Raises:
        DataError: poses or images of the camera are missing or broken.
    """
    column, dataset = f"pose.{setting}", _dataset(folder)
    if dataset is not None and dataset.is_v30:
        with reading(name):
            table = dataset.table(episode, [column])
        frames: FrameSource = StoredFrames(dataset, episode, f".{setting}")
    else:
        path = next(iter(folder.glob(_TABLE.format(episode))), folder / _TABLE.format(episode))
        table = read_columns(path, [column], name)
        unit = VlnCe.depth_unit if dataset is None else dataset.depth_unit
        frames = _loose(folder, episode, setting, unit, name)
    return frames, matrices(table, column, 4, 4, name)


def _loose(folder: Path, episode: int, setting: str, unit: float, name: str) -> LooseFrames:
    files = []
    for kind, key in (("colour", writer_v21.RGB), ("depth", writer_v21.DEPTH)):
        found = _images(folder, f"{key}.{setting}").get(episode)
        if found is None:
            raise DataError(name, f"its {kind} images of {setting} are missing or their numbers have a gap")
        files.append(found)
    return LooseFrames(files[0], files[1], unit)


@cache
def _dataset(folder: Path) -> ExportedDataset | None:
    return ExportedDataset(folder) if (folder / DIALECT).is_file() else None


@cache
def _images(folder: Path, key: str) -> Mapping[int, Numbered]:
    """Return the images of one camera and kind by episode."""
    found = sorted(folder.glob(f"videos/chunk-*/{key}"))
    return {episode: files for images in found for episode, files in numbered(images).items()}
