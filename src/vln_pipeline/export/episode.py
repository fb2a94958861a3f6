"""What a dialect makes of a walk and a writer stores: columns of numbers, and the cameras' images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import VideoConfig
from vln_pipeline.export.features import Feature
from vln_pipeline.export.statistics import ImageStatistics, Statistics
from vln_pipeline.export.video import EncodedFrame, encoded
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import CameraSetting, Motion, Rig
from vln_pipeline.rendering.footage import Footage, camera_name
from vln_pipeline.rendering.viewpoints import walk_poses

_AGREEMENT = 1e-6
"""Largest difference between where a walk leads and where it was filmed, metres."""


@dataclass(frozen=True)
class ExportWalk:
    """A walk that was kept, with everything that belongs to it.

    Attributes:
        footage: the frames of an item that filmed the walk.
        trajectory: the walk.
        labels: its instructions.
        advice: (L,) what an expert would do at each discrete pose, where somebody else drove; None for planned walks.
    """

    footage: Footage
    trajectory: Trajectory
    labels: Labels
    advice: NDArray[np.int8] | None = None


@dataclass(frozen=True)
class View:
    """The frames of one camera along one walk.

    Attributes:
        suffix: what the names of this camera's features end with; empty where a dialect has one camera.
        setting: the camera.
        depth_unit: metres per unit of the stored depth images.
        footage: the frames.
        trajectory: id of the walk.
        camera: name of the camera in the footage.
    """

    suffix: str
    setting: CameraSetting
    depth_unit: float
    footage: Footage
    trajectory: str
    camera: str

    def path(self, kind: str, frame: int) -> Path:
        """Return the image file of a frame; ``kind`` is rgb, depth, semantic or instance."""
        return self.footage.path(self.trajectory, self.camera, kind, frame)

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB.

        Raises:
            DataError: the image is missing, unreadable or of another size than the camera.
        """
        image = self.footage.rgb(self.trajectory, self.camera, frame)
        self._check(image, "rgb", frame)
        return image

    def depth(self, frame: int) -> NDArray[np.uint16]:
        """Return (h, w) uint16 depth along the optical axis in units of ``depth_unit``; 0 where nothing was hit.

        Raises:
            DataError: the image is missing, unreadable or of another size than the camera.
        """
        return self._units("depth", frame)

    def mask(self, kind: str, frame: int) -> NDArray[np.uint16]:
        """Return (h, w) uint16 ids; 0 where nothing was hit. ``kind`` is semantic or instance.

        Raises:
            DataError: the image is missing, unreadable or of another size than the camera.
        """
        return self._units(kind, frame)

    def metres(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 depth along the optical axis, metres; 0 where nothing was hit."""
        return self.depth(frame).astype(np.float32) * np.float32(self.depth_unit)

    def _units(self, kind: str, frame: int) -> NDArray[np.uint16]:
        path = self.path(kind, frame)
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is None or image.dtype != np.uint16:
            raise DataError(str(path), f"{kind} image missing or not 16 bit", "render this item again")
        self._check(image, kind, frame)
        return np.asarray(image, dtype=np.uint16)

    def _check(self, image: NDArray[Any], kind: str, frame: int) -> None:
        camera = self.setting.intrinsics
        if image.shape[:2] != (camera.height, camera.width):
            size = f"{image.shape[1]}x{image.shape[0]}, its camera {camera.width}x{camera.height}"
            raise DataError(str(self.path(kind, frame)), f"the image is {size}", "render this item again")


@dataclass(frozen=True)
class Colour:
    """The colour frames of one camera along one walk, ready for files of any version.

    Attributes:
        frames: encoded.
        statistics: of the images, in [0, 1].
    """

    frames: tuple[EncodedFrame, ...]
    statistics: Statistics


@dataclass(frozen=True)
class Episode:
    """One episode of a dataset, before it has a number.

    Attributes:
        trajectory: id of the walk.
        length: number of frames N.
        columns: (N, ...) values by feature name.
        bases: (N, 4) x, y, z, yaw of the robot's base on the ground, metres and radians, z up.
        views: cameras whose images belong to it.
        labels: its instructions.
        clips: (N,) int64 index of each frame's clip in ``labels``, or None where clips do not number these frames.
        sways: whether the body does, so that a camera's pose tells where the robot stands only roughly.
    """

    trajectory: str
    length: int
    columns: Mapping[str, NDArray[Any]]
    bases: NDArray[np.float64]
    views: tuple[View, ...]
    labels: Labels
    clips: NDArray[np.int64] | None = None
    sways: bool = False
    _colours: dict[str, Colour] = field(default_factory=dict, init=False, compare=False, repr=False)

    def colour(self, view: View, fps: int, config: VideoConfig) -> Colour:
        """Return a camera's colour, encoded at the first call; all versions of a dataset have the same settings.

        Raises:
            DataError: an image is missing, unreadable or of another size than the camera.
        """
        if view.suffix not in self._colours:
            counted = ImageStatistics(self.length, channels=3, levels=256, scale=1 / 255)
            camera = view.setting.intrinsics
            frames = encoded(self._counted(view, counted), camera.width, camera.height, fps, config)
            self._colours[view.suffix] = Colour(frames, counted.result())
        return self._colours[view.suffix]

    def _counted(self, view: View, statistics: ImageStatistics) -> Iterator[NDArray[np.uint8]]:
        for frame in range(self.length):
            image = view.rgb(frame)
            statistics.add(frame, image)
            yield image


@dataclass(frozen=True)
class TaskRow:
    """One line of a v2.1 task table.

    Attributes:
        task: the instruction, a string as LeRobot wants it.
        details: further keys of the line that InternData-N1 has.
    """

    task: str
    details: Mapping[str, Any]


def filmed_poses(walk: ExportWalk, rig: Rig, setting: CameraSetting) -> NDArray[np.float64]:
    """Return (N, 4, 4) camera-to-world, OpenCV axes, checked against the walk.

    Raises:
        DataError: the footage shows another walk.
    """
    trajectory = walk.trajectory
    name = camera_name(rig, setting)
    try:
        poses = walk.footage.poses(trajectory.id, name)
    except (OSError, ValueError) as error:
        subject = f"{trajectory.id}, camera {name}"
        raise DataError(subject, f"no readable poses ({type(error).__name__})", "render this item again") from error
    planned = walk_poses(trajectory, rig.motion, setting)
    if poses.shape != planned.shape or not np.allclose(poses, planned, rtol=0, atol=_AGREEMENT):
        cause = f"{len(poses)} frames were filmed along other poses than the {len(planned)} of the walk"
        raise DataError(f"{trajectory.id}, camera {name}", cause, "render this item again")
    return poses


def rig_named(footage: Footage, trajectory: str, name: str, motion: Motion) -> Rig:
    """Return the rig of a name that filmed a trajectory.

    Raises:
        DataError: there is none of that name and motion.
    """
    rigs = {rig.name: rig for rig in footage.rigs(trajectory) if rig.motion is motion}
    if name not in rigs:
        known = ", ".join(rigs) or "none"
        raise DataError(f"rig {name}", f"is not among the {motion} rigs of the footage ({known})", "see params:export")
    return rigs[name]


class Dialect(Protocol):
    """How walks become episodes, and what their loose images and tasks are called.

    Attributes:
        name: of the dialect.
        depth_unit: metres per unit of the loose depth images.
        fps: frames per second.
    """

    name: str
    depth_unit: float
    fps: int

    def features(self, episode: Episode) -> Mapping[str, Feature]:
        """Return the features of numbers, for a dataset that begins with the given episode."""
        ...

    def episodes(self, walk: ExportWalk) -> Iterator[Episode]:
        """Yield the episodes of a walk."""
        ...

    def tasks(self, labels: Labels) -> tuple[TaskRow, ...]:
        """Return an episode's lines of the v2.1 task table; its frames refer to the last one."""
        ...

    def frame_name(self, episode: int, frame: int, length: int) -> str:
        """Return the stem of a loose image's file name."""
        ...


def check_columns(
    columns: Mapping[str, NDArray[Any] | list[Any]], features: Mapping[str, Feature], episode: str
) -> None:
    """Raise a ``DataError`` unless the columns of numbers are finite and as the feature table says."""
    for name, values in columns.items():
        if isinstance(values, list):
            continue
        shape = values.shape[1:] or (1,)
        if name not in features or shape != features[name].shape:
            raise DataError(f"{episode}, {name}", f"has shape {shape} where the dataset's feature table differs")
        if not np.isfinite(values).all():
            raise DataError(f"{episode}, {name}", "holds a number that is not finite", "plan this walk again")
