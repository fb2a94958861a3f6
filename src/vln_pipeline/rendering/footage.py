"""What rendering leaves on disk for some walks of one scene, and how later stages read it.

::

    <item>/
      footage.json                         scene, categories, instances, rigs, backend
      <trajectory>/<camera>/poses.npy      (N, 4, 4) float64 camera-to-world, OpenCV axes, metres, world z up
      <trajectory>/<camera>/rgb/<frame, 4 digits>.jpg      (h, w, 3) uint8 sRGB
      <trajectory>/<camera>/depth/<frame>.png              (h, w) uint16, planar z in the rig's unit; 0 = no hit
      <trajectory>/<camera>/semantic/<frame>.png           (h, w) uint16 category id
      <trajectory>/<camera>/instance/<frame>.png           (h, w) uint16 instance id

``<camera>`` is "<rig>.<setting>", for instance ``habitat.125cm_30deg``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Motion, Rig

INDEX = "footage.json"


@dataclass(frozen=True)
class FootageIndex:
    """What all frames of one item share.

    Attributes:
        scene: scene id.
        categories: category name by semantic id; 0 is "void".
        instances: category name by instance id.
        rigs: the rigs that filmed, in order.
        backend: name of the colour backend.
        trajectories: ids filmed, in order.
        drawn: a trajectory's own rigs, where walks draw theirs from bands; ``rigs`` then has the middle of each band.
    """

    scene: str
    categories: tuple[str, ...]
    instances: Mapping[int, str]
    rigs: tuple[Rig, ...]
    backend: str
    trajectories: tuple[str, ...]
    drawn: Mapping[str, tuple[Rig, ...]] = field(default_factory=dict)

    def write(self, directory: Path) -> None:
        """Write the index into an item's folder."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (directory / INDEX).write_text(text + "\n")


def camera_name(rig: Rig, setting: CameraSetting) -> str:
    """Return the folder name of one camera of a rig."""
    return f"{rig.name}.{setting.name}"


class Footage:
    """Reads one item's frames."""

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)

    @cached_property
    def index(self) -> FootageIndex:
        """What all frames share."""
        raw = json.loads((self.directory / INDEX).read_text())
        return FootageIndex(
            scene=raw["scene"],
            categories=tuple(raw["categories"]),
            instances={int(k): v for k, v in raw["instances"].items()},
            rigs=tuple(map(_rig, raw["rigs"])),
            backend=raw["backend"],
            trajectories=tuple(raw["trajectories"]),
            drawn={walk: tuple(map(_rig, rigs)) for walk, rigs in raw.get("drawn", {}).items()},
        )

    def rigs(self, trajectory: str) -> tuple[Rig, ...]:
        """Return the rigs that filmed a trajectory, in order."""
        return self.index.drawn.get(trajectory, self.index.rigs)

    def rig(self, motion: Motion, trajectory: str | None = None) -> Rig:
        """Return the first rig that filmed the given form of a trajectory; None is for what all walks share."""
        for rig in self.index.rigs if trajectory is None else self.rigs(trajectory):
            if rig.motion == motion:
                return rig
        raise DataError(f"{self.directory}", f"no {motion} rig filmed these walks", "add one to params:rendering.rigs")

    def poses(self, trajectory: str, camera: str) -> NDArray[np.float64]:
        """Return (N, 4, 4) camera-to-world, OpenCV axes."""
        poses: NDArray[np.float64] = np.load(self.directory / trajectory / camera / "poses.npy", allow_pickle=False)
        return poses

    def path(self, trajectory: str, camera: str, kind: str, frame: int) -> Path:
        """Return the image file of one frame; ``kind`` is rgb, depth, semantic or instance."""
        suffix = "jpg" if kind == "rgb" else "png"
        return self.directory / trajectory / camera / kind / f"{frame:04d}.{suffix}"

    def rgb(self, trajectory: str, camera: str, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        return self._read(self.path(trajectory, camera, "rgb", frame), cv2.IMREAD_COLOR_RGB)

    def ids(self, trajectory: str, camera: str, kind: str, frame: int) -> NDArray[np.uint16]:
        """Return (h, w) uint16 ids; ``kind`` is semantic or instance."""
        return self._read(self.path(trajectory, camera, kind, frame), cv2.IMREAD_UNCHANGED)

    def depth(self, trajectory: str, camera: str, frame: int, unit: float) -> NDArray[np.float32]:
        """Return (h, w) float32 metres; 0 where nothing was hit. ``unit`` is the rig's ``depth_unit``."""
        raw = self._read(self.path(trajectory, camera, "depth", frame), cv2.IMREAD_UNCHANGED)
        return raw.astype(np.float32) * np.float32(unit)

    @staticmethod
    def _read(path: Path, flags: int) -> NDArray:
        image = cv2.imread(str(path), flags)
        if image is None:
            raise DataError(str(path), "image missing or unreadable", "render this item again")
        return image


def _rig(raw: dict) -> Rig:
    settings = tuple(
        CameraSetting(s["name"], s["height"], s["pitch"], Intrinsics(**s["intrinsics"])) for s in raw["settings"]
    )
    return Rig(raw["name"], Motion(raw["motion"]), settings, raw["depth_unit"])
