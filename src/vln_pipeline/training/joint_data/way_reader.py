"""Ways to pixel goals out of datasets of vln_ce, whoever wrote them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.training.joint_data.way import GoalWay
from vln_pipeline.training.navdp_data.columns import matrices, read_columns
from vln_pipeline.training.navdp_data.frame_sources import LooseFrames, Numbered, StoredFrames, numbered
from vln_pipeline.training.navdp_data.walk import FrameSource
from vln_pipeline.training.system2_data.sample_table import Row
from vln_pipeline.training.system2_data.scene_folder import reading

_TABLE = "data/chunk-*/episode_{:06d}.parquet"


def read_way(row: Row) -> GoalWay:
    """Return the way to the pixel goal of a sample.

    Raises:
        DataError: poses or images of the look-down camera are missing or broken.
    """
    folder, setting = row.source.folder, row.source.recording.look_down_setting
    column, dataset = f"pose.{setting}", _dataset(folder)
    if dataset is not None and dataset.is_v30:
        with reading(row.name):
            table = dataset.table(row.episode, [column])
        frames: FrameSource = StoredFrames(dataset, row.episode, f".{setting}")
    else:
        path = next(iter(folder.glob(_TABLE.format(row.episode))), folder / _TABLE.format(row.episode))
        table = read_columns(path, [column], row.name)
        frames = _loose(folder, row, setting, VlnCe.depth_unit if dataset is None else dataset.depth_unit)
    poses = matrices(table, column, 4, 4, row.name)
    first, ahead = row.moment.frame, row.moment.ahead
    if ahead < 1 or first + ahead >= len(poses):
        raise DataError(row.name, f"there are not {ahead} frames from here to its goal")
    return GoalWay(frames, first, poses[first : first + ahead + 1])


def _loose(folder: Path, row: Row, setting: str, unit: float) -> LooseFrames:
    files = []
    for kind, key in (("colour", writer_v21.RGB), ("depth", writer_v21.DEPTH)):
        found = _images(folder, f"{key}.{setting}").get(row.episode)
        if found is None:
            raise DataError(row.name, f"its {kind} images of {setting} are missing or their numbers have a gap")
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
