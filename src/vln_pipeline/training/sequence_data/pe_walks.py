"""Walks out of vln_pe recordings, published ones or this project's."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_pe.layout import RGB, own_array_name
from vln_pipeline.export.vln_pe.reader import RecordingFile, find_recordings, read_recording
from vln_pipeline.export.vln_pe.recording import DEPTH_RANGE, SUCCESS, Recording
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.walk import SequenceWalk, from_first
from vln_pipeline.training.system2_data.report import ReadReport

_STUCK = "stuck"


@dataclass(frozen=True)
class RecordedFrames:
    """Frames of a recording, read from its arrays.

    Attributes:
        file: where it lies.
    """

    file: RecordingFile

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        return np.asarray(_recording(self.file).rgb[frame])

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres; ``DEPTH_RANGE`` where it is that far, farther, or nothing was hit."""
        return np.asarray(_recording(self.file).depth[frame]) * np.float32(DEPTH_RANGE)


def pe_walks(folder: Path, config: SequenceDataConfig, report: ReadReport) -> Iterator[SequenceWalk]:
    """Yield the walks below a folder; the report tells which were left out.

    Of a robot that did not reach its goal, what it did before is learned from (VLN-PE's rule).

    Args:
        folder: of recordings.
        config: which count.
        report: is added to.

    Raises:
        DataError: there is no recording.
    """
    files = list(find_recordings(folder))
    if not files:
        raise DataError(str(folder), "holds no vln_pe recording", "name the folder that holds the trajectories")
    for file in files:
        try:
            yield _walk(file, folder, config)
        except DataError as error:
            report.skip(error)


def _walk(file: RecordingFile, folder: Path, config: SequenceDataConfig) -> SequenceWalk:
    recording = read_recording(file)
    count = len(recording)
    if recording.finish_status != SUCCESS and count < config.failed_frames:
        raise DataError(str(file), f"it failed within fewer than {config.failed_frames} frames")
    if _STUCK in (recording.finish_status, recording.fail_reason):
        count -= config.stuck_frames
    if count < 1:
        raise DataError(str(file), f"it got stuck within {config.stuck_frames} frames")
    unknown = set(recording.action[:count].tolist()) - {0, 1, 2, 3}
    if unknown:
        raise DataError(str(file), f"has an action {min(unknown)}, and known are 0 to 3")
    scene = file.folder.parent if (file.folder / own_array_name(RGB)).is_file() else file.folder
    robot = recording.robot
    return SequenceWalk(
        name=f"{scene.name}/{file}",
        scene=scene.name,
        source=str(folder),
        share=1.0,
        instructions=tuple(dict.fromkeys(words.text.strip() for words in recording.words)),
        frames=RecordedFrames(file),
        actions=recording.action[:count],
        expert_actions=recording.action[:count],
        progress=recording.progress[:count].astype(np.float32),
        poses=from_first(robot.position[:count, :2], robot.yaw[:count]),
    )


@lru_cache(maxsize=64)
def _recording(file: RecordingFile) -> Recording:
    return read_recording(file)
