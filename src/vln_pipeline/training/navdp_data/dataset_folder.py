"""Walks of one dataset folder: ours of either dialect and version, or the vln_n1 layout that others wrote.

A folder without ``meta/dialect.json`` is taken for NavDP's own layout: one camera an episode, ``action`` the camera's
pose, depth in units of 0.1 mm. Known traps of published folders: ``length`` in ``episodes.jsonl`` is twice the number
of frames in some, so only the rows of the tables count, and ranges of image numbers refer to a sorted listing, which
goes wrong where numbers are not filled with zeros, so names are read.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.training.navdp_data.columns import CONTINUOUS, continuous, discrete, pose_column, read_columns
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.frame_sources import LooseFrames, StoredFrames, numbered
from vln_pipeline.training.navdp_data.report import ReadReport
from vln_pipeline.training.navdp_data.walk import FrameSource, Walk

_TABLE = re.compile(r"episode_(\d+)\.parquet")


class _Episodes(Protocol):
    """How the episodes of one kind of folder are read."""

    @property
    def numbers(self) -> Sequence[int]:
        """Episodes, in order."""
        ...

    def walk(self, episode: int, camera: Camera | None, scene: int) -> Walk:
        """Return an episode as a camera saw it; a DataError says why it cannot be learned from."""
        ...


def read_walks(folder: Path, scene: int, config: NavdpDataConfig, report: ReadReport) -> list[Walk]:
    """Return the walks of a dataset; those that cannot be learned from are noted and left out.

    Args:
        folder: of one dataset.
        scene: number that its walks are given.
        config: which dialects are read, and how short a walk may be.
        report: takes the walks that are skipped.

    Raises:
        DataError: the whole dataset is not one that is read.
    """
    dataset = ExportedDataset(folder) if (folder / DIALECT).is_file() else None
    dialect = VlnN1.name if dataset is None else dataset.dialect
    if dialect not in config.dialects:
        name = dataset.scene if dataset else folder_name(folder)
        raise DataError(name, f"its dialect {dialect} is not asked for ({', '.join(config.dialects)})")
    episodes: _Episodes = Loose(folder, dataset) if dataset is None or not dataset.is_v30 else Stored(dataset)
    walks = []
    for episode, camera in ((number, camera) for number in episodes.numbers for camera in _cameras(dataset, number)):
        try:
            walk = episodes.walk(episode, camera, scene)
            if len(walk) < config.min_frames:
                raise DataError(walk.name, f"{len(walk)} frames are fewer than {config.min_frames}")
            walks.append(walk)
        except DataError as error:
            report.skip(error)
    return walks


class Loose:
    """Tables of one episode each, and loose images (v2.1 as InternData-N1 lays it out).

    Raises:
        DataError: tables or images are not where this layout has them.
    """

    def __init__(self, folder: Path, dataset: ExportedDataset | None) -> None:
        self._name = folder_name(folder) if dataset is None else dataset.scene
        self._dataset, self._unit = dataset, VlnN1.depth_unit if dataset is None else dataset.depth_unit
        tables = ((_TABLE.fullmatch(path.name), path) for path in sorted(folder.glob("data/chunk-*/*.parquet")))
        self._tables = {int(name[1]): path for name, path in tables if name}
        self.numbers = sorted(self._tables)
        suffixes = [""] if dataset is None else [camera.suffix for camera in dataset.cameras.values()]
        self._colour, self._range = (
            {
                suffix: {
                    episode: files
                    for images in sorted(folder.glob(f"videos/chunk-*/{key}{suffix}"))
                    for episode, files in numbered(images).items()
                }
                for suffix in sorted({*suffixes})
            }
            for key in (writer_v21.RGB, writer_v21.DEPTH)
        )
        if not self._tables:
            raise DataError(self._name, "has no table data/chunk-*/episode_*.parquet")
        if not any(self._colour.values()):
            cause = f"has no images videos/chunk-*/{writer_v21.RGB}/episode_<episode>_<frame>.jpg"
            raise DataError(self._name, cause)

    def walk(self, episode: int, camera: Camera | None, scene: int) -> Walk:
        """Return an episode as a camera saw it."""
        suffix = camera.suffix if camera else ""
        name = f"{self._name}/episode_{episode:06d}{suffix}"
        colour, depth = self._colour[suffix].get(episode), self._range[suffix].get(episode)
        if colour is None or depth is None:
            kind = "colour" if colour is None else "depth"
            raise DataError(name, f"its {kind} images are missing or their numbers have a gap")
        frames = LooseFrames(colour, depth, self._unit)
        table = read_columns(self._tables[episode], _columns(camera), name)
        if not len(table) == colour.count == depth.count:
            cause = f"it has {len(table)} rows, {colour.count} colour and {depth.count} depth images"
            raise DataError(name, cause)
        return _assembled(name, scene, frames, table, camera, frames.size())


class Stored:
    """Files of many episodes each (v3.0), only as this project writes them."""

    def __init__(self, dataset: ExportedDataset) -> None:
        self._dataset = dataset
        with _reading(dataset):
            self.numbers = range(len(dataset))

    def walk(self, episode: int, camera: Camera | None, scene: int) -> Walk:
        """Return an episode as a camera saw it."""
        suffix = camera.suffix if camera else ""
        with _reading(self._dataset):
            name = f"{self._dataset.scene_of(episode)}/episode_{episode:06d}{suffix}"
        frames = StoredFrames(self._dataset, episode, suffix)
        columns = _columns(camera)
        # The files are this project's own; a broken one shows in the same ways as a broken episode table.
        with _reading(self._dataset):
            table = self._dataset.dialect_table(episode, columns)
        height, width = frames.depth(0).shape
        return _assembled(name, scene, frames, table, camera, (width, height))


def _columns(camera: Camera | None) -> list[str]:
    return list(CONTINUOUS) if camera is None else [pose_column(camera)]


def _assembled(
    name: str, scene: int, frames: FrameSource, table: pa.Table, camera: Camera | None, size: tuple[int, int]
) -> Walk:
    filmed = continuous(table, size, name) if camera is None else discrete(table, camera, size, name)
    return Walk.of(name, scene, frames, filmed, discrete=camera is not None)


def _cameras(dataset: ExportedDataset | None, episode: int) -> tuple[Camera | None, ...]:
    """Return the cameras of an episode; None for the single one of vln_n1, which its rows describe."""
    if dataset is None or dataset.dialect == VlnN1.name:
        return (None,)
    with _reading(dataset):
        return tuple(dataset.cameras_of(episode))


@contextmanager
def _reading(dataset: ExportedDataset) -> Iterator[None]:
    """Turn what a broken file of our own makes of reading into a clear error."""
    try:
        yield
    except (OSError, ValueError, LookupError, TypeError, pa.ArrowException) as error:
        raise DataError(dataset.scene, f"its tables cannot be read ({type(error).__name__}: {error})") from error


def folder_name(folder: Path) -> str:
    """Return what a dataset is called that does not say it itself: its group and scene."""
    return f"{folder.parent.name}/{folder.name}"
