"""A box room with a pillar, filmed by formula: depth is exact, so what is visible is known."""

from pathlib import Path

import cv2
import numpy as np

from vln_pipeline.export.episode import ExportWalk
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.trajectory import Action, Trajectory
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Motion, Rig
from vln_pipeline.rendering.footage import Footage, FootageIndex, camera_name
from vln_pipeline.rendering.viewpoints import walk_poses
from vln_pipeline.scenes.scene import Material, Part, Scene

ROOM = np.array([[0.0, 0.0, 0.0], [8.0, 6.0, 2.6]])
PILLAR = np.array([[3.0, 2.6, 0.0], [3.4, 3.4, 2.6]])
CONTINUOUS = Rig("d435i", Motion.CONTINUOUS, (), 1e-4)
DISCRETE = Rig("habitat", Motion.DISCRETE, (), 1e-3)


def rigs(width=64, height=48):
    camera = Intrinsics.from_fov(width, height, 79)
    small = CameraSetting("60cm_15deg", 0.6, 15.0, Intrinsics.from_fov(width, height - 12, 69))
    level, down = (CameraSetting(f"125cm_{p}deg", 1.25, float(p), camera) for p in (0, 30))
    return Rig("d435i", Motion.CONTINUOUS, (small,), 1e-4), Rig("habitat", Motion.DISCRETE, (level, down), 1e-3)


def depth_of(pose, intrinsics, pillar=PILLAR):
    """Return (h, w) depth along the optical axis, metres, of the room and its pillar."""
    return seen(pose, intrinsics, pillar)[0]


def seen(pose, intrinsics, pillar=PILLAR):
    """Return (h, w) depth, and where the pillar is what one sees."""
    v, u = np.mgrid[: intrinsics.height, : intrinsics.width]
    rays = np.stack([(u - intrinsics.cx) / intrinsics.fx, (v - intrinsics.cy) / intrinsics.fy, np.ones(u.shape)], -1)
    rays = rays @ pose[:3, :3].T
    origin = pose[:3, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / rays
        leave = np.max((ROOM - origin)[:, None, None] * inverse, axis=0).min(-1)
        slabs = (pillar - origin)[:, None, None] * inverse
    enter, exit_ = slabs.min(0).max(-1), slabs.max(0).min(-1)
    on_pillar = (enter < exit_) & (enter > 0)
    return np.where(on_pillar, enter, leave).astype(np.float32), on_pillar


def replayed(start, actions, forward=0.25, degrees=15):
    turn = np.radians(degrees)
    poses = [np.array(start, dtype=float)]
    for action in actions:
        x, y, z, yaw = poses[-1]
        if action == Action.FORWARD:
            poses.append(np.array([x + forward * np.cos(yaw), y + forward * np.sin(yaw), z, yaw]))
        else:
            poses.append(np.array([x, y, z, yaw + (turn if action == Action.LEFT else -turn)]))
    return np.array(poses)


F, L, R = int(Action.FORWARD), int(Action.LEFT), int(Action.RIGHT)
ROUND_THE_PILLAR = [F, F, L, L, F, F, F, F, R, R, F, F, F, F, R, R, R, R, F, F, F, F, F, L, L, F, F, F]


def trajectory(number=0, actions=ROUND_THE_PILLAR, start=(1.0, 2.5, 0.0, 0.3), frames=40, bend=0.02):
    """Return a walk: an arc, and its own list of actions (the two need not be of the same length here)."""
    yaw = start[3] + bend * np.arange(frames)
    steps = 0.0376 * np.column_stack([np.cos(yaw), np.sin(yaw), np.zeros(frames)])
    path = np.array(start[:3]) + np.vstack([np.zeros(3), np.cumsum(steps[:-1], axis=0)])
    return Trajectory(
        id=f"room_{number:05d}",
        scene="room",
        floor=0,
        path=path,
        yaw=yaw,
        clearance=np.ones(frames, dtype=np.float32),
        actions=np.array(actions, dtype=np.int8),
        poses=replayed(start, actions),
        geodesic=1.5,
    )


def labels(walk):
    last = len(walk.path) - 1
    clips = (
        Clip(0, last // 2, "Go forward.", "Walk ahead."),
        Clip(last // 2, last, "Bear left past the pillar.", "Keep left of the pillar."),
    )
    route = f"Walk {walk.id} past the pillar, then stop."
    return Labels(walk.id, clips, route, (0, last), (f"Pass the pillar of {walk.id}.",), "template 1")


def film(directory: Path, walks, rigs_=None, pillar=PILLAR):
    """Write footage of walks as the rendering stage lays it out."""
    rigs_ = rigs_ or rigs()
    for walk in walks:
        for rig in rigs_:
            for setting in rig.settings:
                folder = directory / walk.id / camera_name(rig, setting)
                for kind in ("rgb", "depth", "semantic", "instance"):
                    (folder / kind).mkdir(parents=True)
                poses = walk_poses(walk, rig.motion, setting)
                np.save(folder / "poses.npy", poses)
                for frame, pose in enumerate(poses):
                    depth, on_pillar = seen(pose, setting.intrinsics, pillar)
                    units = np.rint(depth / rig.depth_unit)
                    units = np.where(units < 65536, units, 0).astype(np.uint16)
                    cv2.imwrite(str(folder / "depth" / f"{frame:04d}.png"), units)
                    for kind, room in (("semantic", 2), ("instance", 1)):  # categories: void, column, wall
                        ids = np.where(on_pillar, 3 - room, room).astype(np.uint16)
                        cv2.imwrite(str(folder / kind / f"{frame:04d}.png"), ids)
                    shade = (60 + 150 / (1 + depth)).astype(np.uint8)
                    rgb = np.stack([shade, 255 - shade, np.full_like(shade, (5 * frame) % 256)], -1)
                    cv2.imwrite(str(folder / "rgb" / f"{frame:04d}.jpg"), rgb[..., ::-1])
    categories, objects = ("void", "column", "wall"), {1: "wall", 2: "column"}
    index = FootageIndex("room", categories, objects, tuple(rigs_), "drawn", tuple(w.id for w in walks))
    index.write(directory)
    return Footage(directory)


def walks_of(directory: Path, trajectories, rigs_=None):
    footage = film(directory, trajectories, rigs_)
    return [ExportWalk(footage, walk, labels(walk)) for walk in trajectories]


def scene():
    def box(corners, category, instance):
        vertices = np.array(
            [[corners[i][0], corners[j][1], corners[k][2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
        )
        faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6]]
        faces += [[0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
        return Part(category, vertices, np.array(faces, dtype=np.int32), 0, category, instance)

    parts = (box(ROOM, "wall", 1), box(PILLAR, "column", 2))
    return Scene("room", parts, (Material("grey"),), source="drawn", licence="CC0-1.0", origin="drawn by a test")


def navigation():
    cell, shape = 0.1, (60, 80)
    ground = np.zeros(shape, dtype=np.float32)
    ground[26:34, 30:34] = np.nan
    free = ~np.isnan(ground)
    esdf = np.where(free, 0.5, -0.1).astype(np.float32)
    floor = FloorMap(0, 0.0, cell, np.zeros(2), esdf, ground, free, np.zeros(shape, dtype=np.int16))
    return NavigationMap("room", (floor,), 0.2)
