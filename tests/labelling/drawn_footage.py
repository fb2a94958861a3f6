"""A flat of boxes, filmed by slab tests and written in the layout of real footage."""

import cv2
import numpy as np

from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Motion, Rig, camera_poses
from vln_pipeline.rendering.footage import Footage, FootageIndex, camera_name
from vln_pipeline.scenes.scene import Material, Part, Room, Scene

CAMERA = CameraSetting("100cm_10deg", 1.0, 10.0, Intrinsics.from_fov(96, 72, 90.0))
RIG = Rig("test", Motion.CONTINUOUS, (CAMERA,), 1e-4)
SHELL = [("floor", (0, 0, -0.05), (40, 40, 0.1)), ("ceiling", (0, 0, 2.65), (40, 40, 0.1))]
SIZE = 40.0
CELL = 0.1


def box(category, x, y, width=0.6, height=0.8, base=0.0):
    """Return a thing of a square footprint."""
    return (category, (x, y, base + height / 2), (width, width, height))


def walk_of(path, yaw, index=0, scene="flat"):
    """Return a trajectory of a path; its discrete form is left bare."""
    return Trajectory(
        id=f"{scene}_{index:05d}",
        scene=scene,
        floor=0,
        path=path,
        yaw=yaw,
        clearance=np.ones(len(path), np.float32),
        actions=np.zeros(0, np.int8),
        poses=np.column_stack([path, yaw])[-1:],
        geodesic=1.0,
    )


def film(directory, things, walks, scene="flat"):
    """Write and open the footage of walks among things, each (category, centre, size); ids follow their order."""
    things = [*SHELL, *things]
    categories = ("void", *sorted({t[0] for t in things}))
    k = CAMERA.intrinsics
    u, v = np.meshgrid(np.arange(k.width), np.arange(k.height))
    rays = np.stack([(u - k.cx) / k.fx, (v - k.cy) / k.fy, np.ones_like(u, dtype=float)], axis=-1).reshape(-1, 3)
    low = np.array([np.subtract(c, np.divide(s, 2)) for _, c, s in things])
    high = np.array([np.add(c, np.divide(s, 2)) for _, c, s in things])
    semantic_of = np.array([0, *(categories.index(t[0]) for t in things)], dtype=np.uint16)
    for walk in walks:
        folder = directory / walk.id / camera_name(RIG, CAMERA)
        for kind in ("rgb", "depth", "semantic", "instance"):
            (folder / kind).mkdir(parents=True)
        poses = camera_poses(walk.path, walk.yaw, CAMERA.height, CAMERA.pitch)
        np.save(folder / "poses.npy", poses)
        for frame, pose in enumerate(poses):
            with np.errstate(divide="ignore", invalid="ignore"):
                inverse = 1.0 / (rays @ pose[:3, :3].T)
                a = (low - pose[:3, 3])[:, None] * inverse
                b = (high - pose[:3, 3])[:, None] * inverse
            near, far = np.minimum(a, b).max(axis=2), np.maximum(a, b).min(axis=2)
            near = np.where((near <= far) & (near > 0.05), near, np.inf)
            first = near.argmin(axis=0)
            hit = np.isfinite(near.min(axis=0))
            shape = (k.height, k.width)
            instance = np.where(hit, first + 1, 0).astype(np.uint16).reshape(shape)
            depth = np.where(hit, np.minimum(near.min(axis=0), 6.5), 0.0).reshape(shape)
            images = {
                "rgb": np.repeat((instance * 37 % 251).astype(np.uint8)[..., None], 3, axis=2),
                "depth": np.rint(depth / RIG.depth_unit).astype(np.uint16),
                "semantic": semantic_of[instance],
                "instance": instance,
            }
            for kind, image in images.items():
                suffix = "jpg" if kind == "rgb" else "png"
                cv2.imwrite(str(folder / kind / f"{frame:04d}.{suffix}"), image)
    names = {i + 1: t[0] for i, t in enumerate(things)}
    FootageIndex(scene, categories, names, (RIG,), "drawn", tuple(w.id for w in walks)).write(directory)
    return Footage(directory)


def flat(rooms=()):
    """Return scene and map of an open floor; rooms are (label, x0, x1) strips."""
    count = round(SIZE / CELL)
    grid = np.full((count, count), -1, dtype=np.int16)
    origin = np.array([-SIZE / 2, -SIZE / 2])
    polygons = []
    for number, (label, x0, x1) in enumerate(rooms):
        columns = slice(round((x0 - origin[0]) / CELL), round((x1 - origin[0]) / CELL))
        grid[:, columns] = number
        corners = np.array([[x0, -5.0], [x1, -5.0], [x1, 5.0], [x0, 5.0]])
        polygons.append(Room(f"{label}_{number}", label, corners, 0.0, 2.6))
    part = Part("floor", np.eye(3), np.array([[0, 1, 2]], np.int32), 0, "floor", 1)
    scene = Scene("flat", (part,), (Material("plain"),), rooms=tuple(polygons))
    esdf = np.full((count, count), 2.0, np.float32)
    floor = FloorMap(0, 0.0, CELL, origin, esdf, np.zeros_like(esdf), esdf > 0, grid)
    return scene, NavigationMap("flat", (floor,), 0.25)
