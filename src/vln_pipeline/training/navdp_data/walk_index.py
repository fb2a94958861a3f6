"""All walks under some folders, and a report of what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.training.dataset_folders import dataset_folders
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset_folder import read_walks
from vln_pipeline.training.navdp_data.obstacle_points import cloud_obstacles, has_cloud
from vln_pipeline.training.navdp_data.report import ReadReport
from vln_pipeline.training.navdp_data.walk import Walk

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
    usable = dataset_folders(roots, _MEND)
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
