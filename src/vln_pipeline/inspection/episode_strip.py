"""What a page shows of one walk: frames with the way drawn in, the way from above, words, figures."""

import base64
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.pixel_goal import project
from vln_pipeline.inspection.filmed_walk import FilmedWalk
from vln_pipeline.inspection.frame_contents import FrameContents, contents_of
from vln_pipeline.inspection.markers import draw_path, draw_pixel_goal
from vln_pipeline.rendering.camera import Intrinsics

FRAMES = 16
"""Frames of an episode that are shown."""
_WIDTH = 320
"""Largest width of a frame, pixels."""
_QUALITY = 72
_LOW, _HIGH = 0.2, 1.4
"""Heights above the ground between which what depth images show is drawn on the map, metres."""
_STRIDE = 6
"""Pixels from one that is looked at to the next."""
_CELL = 0.05
"""Size of a dot of the map, metres."""
_FARTHEST = 6.0
"""Farthest depth that is drawn on the map, metres."""
_NEAR = 0.3
"""Nearest point of the way ahead that is drawn, metres from the camera."""


@dataclass(frozen=True)
class EpisodeStrip:
    """One walk, ready to be shown.

    Attributes:
        name: of the walk.
        scene: scene id.
        split: train or validation, or "".
        reason: why the walk was rejected; "" for one that was kept.
        camera: setting.
        wordings: instructions of the whole route.
        length: of the way, metres.
        turned: sum of all turns, degrees.
        clearance: least distance of the way to what the shown frames saw, metres; None where they saw nothing.
        frames: images, frame numbers, clip instructions, pixel goals.
        way: (N, 2) positions, metres.
        heading: (N,) radians.
        seen: (M, 2) what stands in the way, metres.
        contents: what the shown frames show; empty where the walk has no masks.
    """

    name: str
    scene: str
    split: str
    reason: str
    camera: str
    wordings: tuple[str, ...]
    length: float
    turned: float
    clearance: float | None
    frames: tuple[dict[str, Any], ...]
    way: NDArray[np.float64]
    heading: NDArray[np.float64]
    seen: NDArray[np.float64]
    contents: tuple[FrameContents, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return what the page's script reads."""
        told = {key: getattr(self, key) for key in ("name", "scene", "split", "reason", "camera", "wordings", "frames")}
        figures: dict[str, float | None] = {"length": round(self.length, 2), "turned": round(self.turned)}
        figures["clearance"] = None if self.clearance is None else round(self.clearance, 2)
        positions = np.column_stack([self.way, self.heading]).round(3).tolist()
        return {**told, **figures, "way": positions, "seen": self.seen.round(2).tolist()}


def strip_of(walk: FilmedWalk) -> EpisodeStrip:
    """Return what a page shows of a walk.

    Raises:
        DataError: an image is missing or broken.
    """
    poses, count = walk.poses, len(walk.poses)
    ground = poses[:, :3, 3] - [0.0, 0.0, walk.height]
    heading = np.arctan2(poses[:, 1, 2], poses[:, 0, 2])
    chosen = np.unique(np.linspace(0, count - 1, min(FRAMES, count)).round().astype(int)).tolist()
    frames, seen = [], []
    for frame in chosen:
        goal = (-1, -1) if walk.goals is None else _pixel(walk.goals[frame])
        image = _drawn(walk.rgb(frame), poses[frame], ground[frame:], walk.intrinsics, goal)
        clip = walk.clips[frame] if walk.clips else ""
        frames.append({"frame": frame, "image": image, "clip": clip, "goal": goal})
        seen.append(_standing(walk.depth(frame), poses[frame], walk.intrinsics, ground[frame, 2]))
    points = np.unique(np.round(np.vstack(seen) / _CELL), axis=0) * _CELL
    way = ground[:, :2]
    nearest = np.inf
    for start in range(0, len(points), 4096):
        part = points[start : start + 4096]
        nearest = min(nearest, float(np.linalg.norm(way[:, None] - part[None], axis=-1).min()))
    return EpisodeStrip(
        name=walk.name,
        scene=walk.scene,
        split=walk.split,
        reason=walk.reason,
        camera=walk.camera,
        wordings=walk.wordings,
        length=float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()),
        turned=float(np.degrees(np.abs(np.diff(np.unwrap(heading))).sum())),
        clearance=nearest if np.isfinite(nearest) else None,
        frames=tuple(frames),
        way=way,
        heading=heading,
        seen=points,
        contents=tuple(found for frame in chosen if (found := contents_of(walk, frame)) is not None),
    )


def _pixel(goal: NDArray[np.integer]) -> tuple[int, int]:
    return int(goal[0]), int(goal[1])


def _drawn(
    image: NDArray[np.uint8],
    pose: NDArray[np.float64],
    ahead: NDArray[np.float64],
    camera: Intrinsics,
    goal: tuple[int, int],
) -> str:
    """Return a JPEG, as a data URL, of a frame with the way ahead and the pixel goal drawn in."""
    pixels, depth = project(pose[None], ahead, camera)
    far = 4 * max(image.shape)
    in_view = (depth[0] > _NEAR) & (np.abs(pixels[0]) < far).all(axis=1)
    canvas = draw_path(image, np.where(in_view[:, None], pixels[0], np.nan))
    if goal != (-1, -1):
        canvas = draw_pixel_goal(canvas, goal)
    height, width = canvas.shape[:2]
    if width > _WIDTH:
        shown = (_WIDTH, round(height * _WIDTH / width))
        canvas = np.asarray(cv2.resize(canvas, shown, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    encoded = cv2.imencode(".jpg", canvas[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def _standing(
    depth: NDArray[np.float32], pose: NDArray[np.float64], intrinsics: Intrinsics, ground: float
) -> NDArray[np.float64]:
    """Return (M, 2) places, metres, where a depth image shows something that a robot would run into."""
    rows, columns = np.mgrid[: intrinsics.height : _STRIDE, : intrinsics.width : _STRIDE]
    metres = depth[rows, columns].astype(np.float64)
    valid = (metres > 0) & (metres < _FARTHEST)
    rays = np.stack(
        [(columns - intrinsics.cx) / intrinsics.fx, (rows - intrinsics.cy) / intrinsics.fy, np.ones(rows.shape)], -1
    )
    points = (rays * metres[..., None])[valid] @ pose[:3, :3].T + pose[:3, 3]
    height = points[:, 2] - ground
    standing: NDArray[np.float64] = points[(height > _LOW) & (height < _HIGH), :2]
    return standing
