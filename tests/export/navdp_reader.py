"""What NavDP's data loader makes of a vln_n1 folder, from a description of its rules: one training item."""

import json

import cv2
import numpy as np
import pandas as pd
import trimesh

SIZE, MEMORY, PREDICT, STRIDE, SCALE = 224, 8, 24, 4, 4.0
OBSTACLE, FAR, NEAR = np.array([0, 0, 0.5]), 5.0, 0.1


def letterbox(image, interpolation):
    factor = SIZE / max(image.shape[:2])
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=interpolation)
    high, wide = SIZE - small.shape[0], SIZE - small.shape[1]
    pad = [(high // 2, high - high // 2), (wide // 2, wide - wide // 2)]
    return np.pad(small, pad + [(0, 0)] * (small.ndim - 2))


def rgb_of(path):
    return letterbox(cv2.imread(str(path))[..., ::-1].copy(), cv2.INTER_LINEAR) / 255


def depth_of(path):
    metres = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) / 10000
    boxed = letterbox(metres, cv2.INTER_LINEAR)
    return np.where((boxed > FAR) | (boxed < NEAR), 0, boxed)[..., None]


def local_xy(positions, pose, extrinsic):
    """World positions in the body's frame: x forward, y left."""
    base = pose[:3, :3] @ np.linalg.inv(extrinsic[:3, :3])
    right_forward_up = (positions - pose[:3, 3]) @ base
    return np.column_stack([right_forward_up[:, 1], -right_forward_up[:, 0]])


def with_headings(xy):
    segments = np.diff(xy, axis=0)
    first = segments[0]
    cross = first[0] * segments[:, 1] - first[1] * segments[:, 0]
    return np.column_stack([xy[:-1], np.arctan2(cross, segments @ first)])


def labels(xy):
    poses = with_headings(xy)
    picked = poses[np.clip(np.arange(PREDICT + 1) * STRIDE, 0, len(xy) - 2)]
    return SCALE * np.diff(picked, axis=0)


def critic(xy_world, obstacles):
    if len(obstacles) == 0:
        return 2.0
    index = np.clip(np.arange(PREDICT + 1) * STRIDE, 0, len(xy_world) - 2)
    distance = np.abs(xy_world[index, None] - obstacles[None]).sum(-1).min(1)
    return -5 * np.mean(distance[:PREDICT] < 0.1) + 0.5 * (distance[-1] - distance[0])


def goal_mask(goal_xy, height, extrinsic, intrinsic, shape):
    """A filled square where the goal, a fifth of the camera's height above the ground, appears in a frame."""
    body = np.array([-goal_xy[1], goal_xy[0], -0.8 * height])
    right, up, backward = extrinsic[:3, :3].T @ body
    mask = np.zeros(shape, dtype=np.uint8)
    if backward < 0:
        u = intrinsic[0, 0] * right / -backward + intrinsic[0, 2]
        v = intrinsic[1, 1] * -up / -backward + intrinsic[1, 2]
        if 0 <= u < shape[1] and 0 <= v < shape[0]:
            cv2.rectangle(mask, (int(u) - 2, int(v) - 2), (int(u) + 2, int(v) + 2), 255, -1)
    return letterbox(mask, cv2.INTER_NEAREST) / 255


def index_of(root):
    """The loader's lists: parquet, colour and depth files of every episode, cut from the sorted folder listings."""
    chunk = root / "videos/chunk-000"
    rgb = sorted((chunk / "observation.images.rgb").iterdir())
    depth = sorted((chunk / "observation.images.depth").iterdir())
    data = sorted((root / "data/chunk-000").glob("*.parquet"))
    lines = [json.loads(line) for line in (root / "meta/episodes_stats.jsonl").read_text().splitlines()]
    ranges = [(line["image_index"]["min"], line["image_index"]["max"] + 1) for line in lines]
    return [(file, rgb[a:b], depth[a:b]) for file, (a, b) in zip(data, ranges, strict=True)]


def item(root, episode, painted, current, target):
    """Return the loader's item of an episode for a frame with the painted goal, a current and a target frame."""
    file, rgb, depth = index_of(root)[episode]
    rows = pd.read_parquet(file)
    matrix = lambda name, n: np.array([np.stack(value) for value in rows[name]]).reshape(-1, n, n)  # noqa: E731
    intrinsic, extrinsic = matrix("observation.camera_intrinsic", 3)[0], matrix("observation.camera_extrinsic", 4)[0]
    poses = matrix("action", 4).astype(np.float64)
    positions = poses[:, :3, 3]
    cloud = trimesh.load(root / "meta/pointcloud.ply")
    is_obstacle = np.abs(cloud.colors[:, :3] / 255 - OBSTACLE).sum(1) < 0.05
    obstacles = np.asarray(cloud.vertices)[is_obstacle, :2]
    past = [current - STRIDE * k for k in range(MEMORY - 1, -1, -1)]
    xy = local_xy(positions[current : target + 1], poses[current], extrinsic)
    seen = local_xy(positions[target : target + 1], poses[painted], extrinsic)[0]
    shape = cv2.imread(str(rgb[painted])).shape[:2]
    return {
        "frames": (len(rows), len(rgb), len(depth)),
        "memory": np.stack([rgb_of(rgb[k]) if k >= 0 else np.zeros((SIZE, SIZE, 3)) for k in past]),
        "depth": depth_of(depth[current]),
        "xy": xy,
        "labels": labels(xy),
        "point_goal": with_headings(xy)[-1],
        "image_goal": np.concatenate([rgb_of(rgb[target]), rgb_of(rgb[current])], axis=-1),
        "pixel_goal": goal_mask(seen, extrinsic[2, 3], extrinsic, intrinsic, shape),
        "obstacles": obstacles,
        "critic": critic(positions[current : target + 1, :2], obstacles),
    }
