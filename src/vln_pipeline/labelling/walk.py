"""Everything a labeller knows of one walk."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.keyframes import Span, arc_length
from vln_pipeline.labelling.regions import Visit, room_at
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import Intrinsics, Motion
from vln_pipeline.rendering.footage import Footage, camera_name


@dataclass(frozen=True)
class Film:
    """What one camera saw of one walk; frames are read when asked for.

    Attributes:
        footage: the item the frames lie in.
        trajectory: trajectory id.
        camera: folder name of the camera.
        intrinsics: of the camera.
        depth_unit: metres per unit of its depth images.
    """

    footage: Footage
    trajectory: str
    camera: str
    intrinsics: Intrinsics
    depth_unit: float

    @classmethod
    def of(cls, footage: Footage, trajectory: str) -> "Film":
        """Return the film of the first camera of the first rig that films the continuous dialect."""
        rig = footage.rig(Motion.CONTINUOUS, trajectory)
        setting = rig.settings[0]
        return cls(footage, trajectory, camera_name(rig, setting), setting.intrinsics, rig.depth_unit)

    @cached_property
    def poses(self) -> NDArray[np.float64]:
        """(N, 4, 4) camera-to-world, OpenCV axes, metres."""
        try:
            return self.footage.poses(self.trajectory, self.camera)
        except (OSError, ValueError) as error:
            where = f"{self.trajectory}/{self.camera}/poses.npy"
            raise DataError(
                where, f"missing or unreadable ({type(error).__name__})", "render this item again"
            ) from error

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        return self.footage.rgb(self.trajectory, self.camera, frame)

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres along the optical axis; 0 where nothing was hit."""
        return self.footage.depth(self.trajectory, self.camera, frame, self.depth_unit)

    def ids(self, kind: str, frame: int) -> NDArray[np.uint16]:
        """Return (h, w) uint16 ids; ``kind`` is semantic or instance."""
        return self.footage.ids(self.trajectory, self.camera, kind, frame)

    @property
    def instances(self) -> dict[int, str]:
        """Category name by instance id."""
        return dict(self.footage.index.instances)


@dataclass(frozen=True)
class Walk:
    """One walk, cut into clips.

    Attributes:
        trajectory: the walk.
        film: what the camera saw.
        floor: the storey it runs on.
        clips: in order, covering every frame once.
        visits: the rooms it passes through, in order.
        beyond: type of the room that lies ahead of its end; empty where none does that it has not been in.
    """

    trajectory: Trajectory
    film: Film
    floor: FloorMap
    clips: tuple[Span, ...]
    visits: tuple[Visit, ...]
    beyond: str = ""

    def __post_init__(self) -> None:
        frames, filmed = len(self.trajectory.path), len(self.film.poses)
        if frames != filmed:
            raise DataError(self.trajectory.id, f"{filmed} frames filmed of {frames}", "render this item again")

    @cached_property
    def walked(self) -> NDArray[np.float64]:
        """(N,) metres walked up to each frame."""
        return arc_length(self.trajectory.path)

    @cached_property
    def rooms(self) -> NDArray[np.int16]:
        """(N,) index of the room at each frame, -1 where none is known."""
        return room_at(self.floor, self.trajectory.path[:, :2])


def spread(first: int, last: int, count: int) -> Sequence[int]:
    """Return up to ``count`` different frames from ``first`` to ``last``, evenly spread, both included."""
    return np.unique(np.linspace(first, last, count).round().astype(int)).tolist()
