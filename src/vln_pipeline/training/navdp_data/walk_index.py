"""All walks under some folders, and a report of what was left out."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.export.writer import INFO
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset_folder import read_walks
from vln_pipeline.training.navdp_data.obstacle_points import cloud_obstacles, has_cloud
from vln_pipeline.training.navdp_data.report import ReadReport
from vln_pipeline.training.navdp_data.walk import Walk

_DEPTH = 6
_MEND = "give folders of vln_n1 datasets"


@dataclass(frozen=True)
class WalkIndex:
    """Walks to learn from.

    Attributes:
        folders: dataset folder by scene number.
        walks: in order of folder, episode and camera.
        report: what was read and what was not.
    """

    folders: tuple[Path, ...]
    walks: tuple[Walk, ...]
    report: ReadReport


def read_index(roots: Sequence[Path], config: NavdpDataConfig) -> WalkIndex:
    """Return the walks of all datasets at or under some folders.

    Where the same walks lie there in both LeRobot versions, the loose images of v2.1 are read.

    Args:
        roots: datasets, or folders of them at any depth up to six, links followed.
        config: what is read.

    Raises:
        DataError: there is no walk to learn from.
    """
    report = ReadReport()
    found: list[Path] = []
    for root in map(Path, roots):
        datasets = list(_datasets(root, _DEPTH))
        if not datasets:
            raise DataError(str(root), "there is no dataset at or under it", _MEND)
        found += datasets
    distinct = list({folder.resolve(): folder for folder in found})
    twins = {folder.parent for folder in distinct if folder.name == "v2.1"}
    usable = [folder for folder in distinct if folder.name != "v3.0" or folder.parent not in twins]
    chosen = (int(number / config.scene_scale) for number in range(len(usable)))
    folders: list[Path] = []
    walks: list[Walk] = []
    for folder in (usable[number] for number in chosen if number < len(usable)):
        try:
            read = read_walks(folder, len(folders), config, report)
            clouded = has_cloud(folder)
            if clouded:
                cloud_obstacles(folder)  # a broken cloud is found here rather than at a random step
        except DataError as error:
            report.skip(error)
            continue
        if read:
            folders.append(folder)
            walks += read
            report.without_cloud += 0 if clouded else len(read)
    if not walks:
        first = f"; the first cause: {report.lines()[1]}" if report.skipped else ""
        raise DataError(", ".join(map(str, roots)), f"no walk to learn from{first}", _MEND)
    report.scenes, report.walks, report.frames = len(folders), len(walks), sum(map(len, walks))
    return WalkIndex(tuple(folders), tuple(walks), report)


def _datasets(folder: Path, depth: int) -> Iterator[Path]:
    """Yield dataset folders in order of their names."""
    if (folder / INFO).is_file() or ((folder / "data").is_dir() and (folder / "videos").is_dir()):
        yield folder
    elif depth and folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_dir():
                yield from _datasets(Path(entry.path), depth - 1)
