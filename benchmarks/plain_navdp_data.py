"""A plain reader of NavDP's training items from vln_n1 folders, rule by rule, with nothing cached or shared.

It is what the data benchmark measures against, and what tests compare samples with: everything is read anew for every
item, the point cloud too.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import trimesh

STRIDE, SCALE, NEAREST, FARTHEST = 4, 4.0, 0.1, 5.0


@dataclass(frozen=True)
class Trajectory:
    """Files of one episode, as the loader's index lists them."""

    table: Path
    rgb: list[Path]
    depth: list[Path]
    cloud: Path


@dataclass(frozen=True)
class Choices:
    """What is drawn at random for an item: three frames, the angle of the augmentation, halves of the mark's edges."""

    marked: int
    current: int
    target: int
    angle: float
    half_size: tuple[int, int]


def trajectories(root: Path) -> list[Trajectory]:
    """Return the loader's lists of a dataset: ranges of the sorted listings of the first chunk."""
    chunk = root / "videos/chunk-000"
    rgb = sorted((chunk / "observation.images.rgb").iterdir())
    depth = sorted((chunk / "observation.images.depth").iterdir())
    tables = sorted((root / "data/chunk-000").glob("*.parquet"))
    found = []
    for table, line in zip(tables, (root / "meta/episodes_stats.jsonl").read_text().splitlines(), strict=True):
        images = json.loads(line)["image_index"]
        part = slice(images["min"], images["max"] + 1)
        found.append(Trajectory(table, rgb[part], depth[part], root / "meta/pointcloud.ply"))
    return found


def choices(random: np.random.Generator, count: int) -> Choices:
    """Draw for a trajectory of ``count`` frames."""
    marked = int(random.integers(0, count // 2))
    target = int(random.integers(marked + 1, count - 1))
    angle = float(random.uniform(-np.pi / 3, np.pi / 3))
    half_size = int(random.integers(6, 12)), int(random.integers(6, 12))
    return Choices(marked, int(random.integers(marked, target)), target, angle, half_size)


def item(trajectory: Trajectory, chosen: Choices, size: int = 224, memory: int = 8, predict: int = 24) -> dict:
    """Return one item, images as floats from 0 to 1."""
    table = pq.read_table(trajectory.table)
    intrinsic = matrices(table, "observation.camera_intrinsic", 3)[0]
    extrinsic = matrices(table, "observation.camera_extrinsic", 4)[0]
    poses = matrices(table, "action", 4)
    obstacles = obstacle_points(trajectory.cloud)
    p, s, g = chosen.marked, chosen.current, chosen.target

    frames = np.zeros((memory, size, size, 3))
    for slot in range(memory):
        frame = s - (memory - 1 - slot) * STRIDE
        if frame >= 0:
            frames[slot] = read_rgb(trajectory.rgb[frame], size)
    path = np.array([local(poses, extrinsic, s, poses[k, :3, 3])[:2] for k in range(s, g + 1)])
    c, sn = np.cos(chosen.angle), np.sin(chosen.angle)
    turned = path @ np.array([[c, -sn], [sn, c]]).T
    first = path[1] - path[0]
    xyt, turned_xyt = with_headings(path, first), with_headings(turned, first)
    index = np.clip(np.arange(predict + 1) * STRIDE, 0, len(path) - 2)
    return {
        "rgb": frames,
        "depth": read_depth(trajectory.depth[s], size),
        "point_goal": xyt[-1],
        "image_goal": np.concatenate([read_rgb(trajectory.rgb[g], size), read_rgb(trajectory.rgb[s], size)], axis=-1),
        "pixel_goal": pixel_goal(trajectory.rgb[p], poses, extrinsic, intrinsic, chosen, size),
        "label": SCALE * np.diff(xyt[index], axis=0),
        "augmented": SCALE * np.diff(turned_xyt[index], axis=0),
        "critic": critic(to_world(poses, extrinsic, s, path[index]), obstacles),
        "augmented_critic": critic(to_world(poses, extrinsic, s, turned[index]), obstacles),
    }


def matrices(table, name: str, edge: int) -> np.ndarray:
    """Return (n, edge, edge) values of a column."""
    return np.array(table[name].to_pylist(), dtype=np.float64).reshape(-1, edge, edge)


def obstacle_points(cloud: Path) -> np.ndarray:
    """Return (N, 2) points coloured (0, 0, 0.5)."""
    loaded = trimesh.load(cloud)
    colours = np.asarray(loaded.colors)[:, :3] / 255
    return np.asarray(loaded.vertices)[np.abs(colours - [0, 0, 0.5]).sum(axis=1) < 0.05, :2]


def letterbox(image: np.ndarray, size: int, interpolation: int) -> np.ndarray:
    """Scale so that the longer side fills the square, pad the other one evenly, stretch where that leaves a pixel."""
    factor = size / max(image.shape[:2])
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=interpolation)
    high, wide = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    padded = np.pad(small, [(high, high), (wide, wide)] + [(0, 0)] * (small.ndim - 2))
    return padded if padded.shape[:2] == (size, size) else cv2.resize(padded, (size, size), interpolation=interpolation)


def read_rgb(path: Path, size: int) -> np.ndarray:
    """Return (size, size, 3) colours."""
    return letterbox(cv2.imread(str(path))[..., ::-1].copy(), size, cv2.INTER_LINEAR) / 255


def read_depth(path: Path, size: int) -> np.ndarray:
    """Return (size, size) metres, 0 where out of range."""
    metres = letterbox((cv2.imread(str(path), cv2.IMREAD_UNCHANGED) / 10000).astype(np.float32), size, cv2.INTER_LINEAR)
    return np.where((metres > FARTHEST) | (metres < NEAREST), 0, metres)


def base(poses: np.ndarray, extrinsic: np.ndarray, frame: int) -> np.ndarray:
    """Return (3, 3) axes of the body: right, forward, up."""
    return poses[frame, :3, :3] @ np.linalg.inv(extrinsic[:3, :3])


def local(poses: np.ndarray, extrinsic: np.ndarray, frame: int, point: np.ndarray) -> np.ndarray:
    """Return a world point in the body's frame: x forward, y left, z up."""
    right, forward, up = np.linalg.inv(base(poses, extrinsic, frame)) @ (point - poses[frame, :3, 3])
    return np.array([forward, -right, up])


def to_world(poses: np.ndarray, extrinsic: np.ndarray, frame: int, path: np.ndarray) -> np.ndarray:
    """Return (K, 2) points of the body's frame in the world."""
    body = np.column_stack([-path[:, 1], path[:, 0], np.zeros(len(path))])
    return (body @ base(poses, extrinsic, frame).T + poses[frame, :3, 3])[:, :2]


def with_headings(path: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return (K, 3) x, y and the signed angle between ``first`` and the segment that starts there."""
    rows = []
    for (x, y), segment in zip(path[:-1], np.diff(path, axis=0), strict=True):
        rows.append([x, y, np.arctan2(first[0] * segment[1] - first[1] * segment[0], first @ segment)])
    return np.array(rows)


def critic(waypoints: np.ndarray, obstacles: np.ndarray) -> float:
    """Return the value of a path by the L1 distances of its waypoints to the obstacles."""
    if len(obstacles) == 0:
        return 2.0
    distance = np.array([np.abs(obstacles - waypoint).sum(axis=1).min() for waypoint in waypoints])
    return -5 * np.mean(distance[:-1] < 0.1) + 0.5 * np.sum(distance[1:] - distance[:-1])


def pixel_goal(path: Path, poses, extrinsic, intrinsic, chosen: Choices, size: int) -> np.ndarray:
    """Return (size, size, 4) colours of the marked frame, and the mask of the mark."""
    image = cv2.imread(str(path))[..., ::-1].copy()
    x, y, _ = local(poses, extrinsic, chosen.marked, poses[chosen.target, :3, 3])
    right, up, backward = np.linalg.inv(extrinsic[:3, :3]) @ [-y, x, -0.8 * extrinsic[2, 3]]
    mask = np.zeros(image.shape[:2], dtype=np.uint8)
    if backward < 0:
        u = intrinsic[0, 0] * right / -backward + intrinsic[0, 2]
        v = intrinsic[1, 1] * -up / -backward + intrinsic[1, 2]
        if 0 <= u < mask.shape[1] and 0 <= v < mask.shape[0]:
            rows, columns = (max(1, round(half * max(mask.shape) / 480)) for half in chosen.half_size)
            cv2.rectangle(mask, (int(u) - columns, int(v) - rows), (int(u) + columns, int(v) + rows), 255, -1)
    marked = letterbox(mask, size, cv2.INTER_NEAREST)[..., None] / 255
    return np.concatenate([letterbox(image, size, cv2.INTER_LINEAR) / 255, marked], axis=-1)
