"""Faultless folders in the three layouts of InternData-N1, and ways to spoil them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.export.config import VideoConfig
from vln_pipeline.export.video import VideoFile, encoded

EPISODES = 2
LEVEL, DOWN = "125cm_0deg", "125cm_30deg"
N1_SIZE, CE_SIZE, PE_SIZE = (480, 270), (160, 120), (32, 32)
N1_FRAMES, CE_FRAMES, PE_FRAMES = 12, 16, 9
N1_HEIGHT, N1_PITCH = 0.5, 10.0
FPS = 30
WALL = 4.0


def camera_pose(x, y, yaw, height, pitch):
    """Camera-to-world with OpenCV axes: the published first pose of 125cm_30deg, turned and moved."""
    s, c = np.sin(np.radians(pitch)), np.cos(np.radians(pitch))
    first = np.array([[0, -s, c], [-1, 0, 0], [0, -c, -s]])
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn @ first, (x, y, height)
    return pose


def floor_depth(size, focal, height, pitch, unit):
    """Depth of an empty floor and a wall ahead, (h, w) uint16."""
    rows = np.arange(size[1]) - (size[1] - 1) / 2
    slope = np.sin(np.radians(pitch)) + np.cos(np.radians(pitch)) * rows / focal
    depth = np.where(slope > height / WALL, height / np.maximum(slope, 1e-6), WALL)
    return np.repeat(np.rint(depth / unit).astype(np.uint16)[:, None], size[0], axis=1)


def picture(size, frame):
    image = np.full((size[1], size[0], 3), (9 * frame, 80, 150), dtype=np.uint8)
    image[: size[1] // 3] = 40
    return image


def write_images(folder, key, depth_key, episode, frame, name, size, depth):
    for part, image, end in ((key, picture(size, frame)[..., ::-1], "jpg"), (depth_key, depth, "png")):
        path = folder / f"videos/chunk-000/{part}/{name.format(episode, frame)}.{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), image)


def write_table(folder, episode, first, columns):
    count = len(next(iter(columns.values())))
    columns = columns | {
        "timestamp": pa.array(np.arange(count, dtype=np.float32) / FPS),
        "frame_index": pa.array(np.arange(count)),
        "episode_index": pa.array(np.full(count, episode)),
        "index": pa.array(first + np.arange(count)),
        "task_index": pa.array(np.full(count, episode)),
    }
    path = folder / f"data/chunk-000/episode_{episode:06d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def write_info(folder, frames, features, videos=0, tasks=EPISODES):
    info = {
        "codebase_version": "v2.1",
        "robot_type": "unknown",
        "total_episodes": EPISODES,
        "total_frames": EPISODES * frames,
        "total_tasks": tasks,
        "total_videos": videos,
        "total_chunks": 1,
        "chunks_size": 1000,
        "fps": FPS,
        "splits": {"train": f"0:{EPISODES}"},
        "data_path": "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
        "video_path": "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
        "features": features,
    }
    (folder / "meta/info.json").write_text(json.dumps(info, indent=4))


def image_feature(size, dtype="image", **more):
    return {"dtype": dtype, "shape": [size[1], size[0], 3], "names": ["height", "width", "channel"], **more}


def matrix_feature(name, n):
    names = [f"{name}_{i}_{j}" for i in range(n) for j in range(n)]
    return {"dtype": "float32", "shape": [n, n], "names": names}


def nested(values, kind=None):
    """Matrices as rows of lists, as LeRobot's Array2D lies in parquet."""
    return pa.array(np.asarray(values).tolist(), pa.list_(pa.list_(kind or pa.float32())))


def write_vln_n1(folder: Path):
    (width, height), focal = N1_SIZE, 330.0
    angle = np.radians(90 - N1_PITCH)
    mount = np.eye(4)
    mount[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    mount[2, 3] = N1_HEIGHT
    k = [[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]]
    depth = floor_depth(N1_SIZE, focal, N1_HEIGHT, N1_PITCH, 1e-4)
    for episode in range(EPISODES):
        yaw = 0.4 + 0.019 * np.arange(N1_FRAMES) + episode
        steps = 0.0376 * np.column_stack([np.cos(yaw), np.sin(yaw)])
        places = np.cumsum(steps, axis=0) + np.array([3.0, episode])
        poses = [camera_pose(*place, angle, N1_HEIGHT, N1_PITCH) for place, angle in zip(places, yaw, strict=True)]
        columns = {
            "observation.camera_intrinsic": nested([k] * N1_FRAMES),
            "observation.camera_extrinsic": nested([mount] * N1_FRAMES),
            "action": nested(np.array(poses) @ np.diag([1, -1, -1, 1])),
        }
        write_table(folder, episode, episode * N1_FRAMES, columns)
        keys = "observation.images.rgb", "observation.images.depth"
        for frame in range(N1_FRAMES):
            write_images(folder, *keys, episode, frame, "episode_{:06d}_{:03d}", N1_SIZE, depth)
        video = folder / f"videos/chunk-000/observation.video.trajectory/episode_{episode:06d}.mp4"
        settings = 480, 272, FPS, VideoConfig(preset="ultrafast")
        with VideoFile(video, *settings) as file:
            file.add(encoded((picture((480, 272), frame) for frame in range(N1_FRAMES)), *settings))
    meta = folder / "meta"
    tasks = [f"Walk to door {episode}." for episode in range(EPISODES)]
    lines = [{"episode_index": i, "tasks": [task], "length": N1_FRAMES} for i, task in enumerate(tasks)]
    write_lines(meta / "episodes.jsonl", lines)
    told = {"sum_indexes": [0, N1_FRAMES - 1]}
    lines = [{"task_index": i, "task": task, "sum_instruction": task, **told} for i, task in enumerate(tasks)]
    write_lines(meta / "tasks.jsonl", lines)
    ranges = [{"min": i * N1_FRAMES, "max": (i + 1) * N1_FRAMES - 1} for i in range(EPISODES)]
    lines = [
        {"episode_index": i, "image_index": span, "task_index": {"min": i, "max": i}} for i, span in enumerate(ranges)
    ]
    write_lines(meta / "episodes_stats.jsonl", lines)
    (meta / "pointcloud.ply").write_bytes(b"ply\n")
    features = {
        "observation.images.rgb": image_feature(N1_SIZE),
        "observation.images.depth": image_feature(N1_SIZE),
        "observation.video.trajectory": image_feature((480, 272), "video", info={"video.fps": FPS}),
        "observation.camera_intrinsic": matrix_feature("intrinsic", 3),
        "observation.camera_extrinsic": matrix_feature("extrinsic", 4),
        "action": matrix_feature("action", 4),
    }
    write_info(folder, N1_FRAMES, features, videos=EPISODES)
    return folder


def write_vln_ce(folder: Path):
    focal = CE_SIZE[0] / 2 / np.tan(np.radians(79) / 2)
    turn = np.radians(15)
    actions = [-1, 1, 1, 2, 1, 1, 1, 3, 3, 1, 1, 1, 1, 2, 1, 1]
    assert len(actions) == CE_FRAMES
    for episode in range(EPISODES):
        x = y = yaw = 0.0
        states = []
        for action in actions:
            yaw += turn * ((action == 2) - (action == 3))
            x, y = x + 0.25 * np.cos(yaw) * (action == 1), y + 0.25 * np.sin(yaw) * (action == 1)
            states.append((x, y, yaw))
        columns = {"action": pa.array(actions, pa.int64())}
        for setting, pitch in ((LEVEL, 0.0), (DOWN, 30.0)):
            poses = np.array([camera_pose(*state, 1.25, pitch) for state in states])
            goals, ahead = goals_of(poses, np.array(states), focal)
            columns[f"pose.{setting}"] = nested(poses)
            columns[f"goal.{setting}"] = pa.array(goals, pa.list_(pa.int64()))
            columns[f"relative_goal_frame_id.{setting}"] = pa.array(ahead, pa.int64())
            depth = floor_depth(CE_SIZE, focal, 1.25, pitch, 1e-3)
            keys = f"observation.images.rgb.{setting}", f"observation.images.depth.{setting}"
            for frame in range(CE_FRAMES):
                write_images(folder, *keys, episode, frame, "episode_{:06d}_{}", CE_SIZE, depth)
        write_table(folder, episode, episode * CE_FRAMES, columns)
    tasks = [f"Walk past sofa {episode}, then stop." for episode in range(EPISODES)]
    lines = [{"episode_index": i, "tasks": [task], "length": CE_FRAMES} for i, task in enumerate(tasks)]
    write_lines(folder / "meta/episodes.jsonl", lines)
    write_lines(folder / "meta/tasks.jsonl", [{"task_index": i, "task": task} for i, task in enumerate(tasks)])
    features = {f"observation.images.rgb.{setting}": image_feature(CE_SIZE) for setting in (LEVEL, DOWN)}
    features["action"] = {"dtype": "int64", "shape": [1], "names": None}
    write_info(folder, CE_FRAMES, features)
    return folder


def goals_of(poses, states, focal):
    """The farthest place up to 12 frames ahead that is in view, column first."""
    centre = (np.array(CE_SIZE) - 1) / 2
    goals, ahead = [], []
    for frame, pose in enumerate(poses):
        found = ([-1, -1], -1)
        for later in range(frame + 3, min(frame + 13, len(poses))):
            x, y, z = pose[:3, :3].T @ (np.r_[states[later, :2], 0] - pose[:3, 3])
            pixel = np.rint(centre + focal * np.array([x, y]) / z).astype(int) if z > 0 else np.array([-1, -1])
            if (pixel >= 0).all() and (pixel < CE_SIZE).all():
                found = (pixel.tolist(), later - frame)
        goals.append(found[0])
        ahead.append(found[1])
    return goals, ahead


def write_vln_pe(folder: Path):
    for episode in range(EPISODES):
        yaw = 0.5 + episode + 0.05 * np.arange(PE_FRAMES)
        places = np.cumsum(0.2 * np.column_stack([np.cos(yaw), np.sin(yaw), 0 * yaw]), axis=0)
        heading = np.column_stack([np.cos(yaw / 2), 0 * yaw, 0 * yaw, np.sin(yaw / 2)])
        s, c = np.sin(np.radians(15)), np.cos(np.radians(15))
        tilted = np.column_stack([heading[:, 0] * c, -heading[:, 3] * s, heading[:, 0] * s, heading[:, 3] * c])
        columns = {}
        for body, height, orientation in (("camera", 1.25, tilted), ("robot", 1.0, heading)):
            columns[f"observation.{body}_position"] = pa.array((places + np.array([0, 0, height])).tolist())
            columns[f"observation.{body}_orientation"] = pa.array(orientation.tolist())
            columns[f"observation.{body}_yaw"] = pa.array(yaw)
        columns["observation.progress"] = pa.array(np.linspace(0, 1, PE_FRAMES))
        columns["observation.step"] = pa.array(np.arange(PE_FRAMES))
        columns["observation.action"] = pa.array(np.r_[np.ones(PE_FRAMES - 1, dtype=int), 0])
        write_table(folder, episode, episode * PE_FRAMES, columns)
        rgb = np.stack([picture(PE_SIZE, frame) for frame in range(PE_FRAMES)])
        for kind, array in (("rgb", rgb), ("depth", np.full((PE_FRAMES, *PE_SIZE[::-1]), 0.3, dtype=np.float32))):
            path = folder / f"videos/chunk-000/observation.images.{kind}/episode_{episode:06d}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, array)
    ending = {"finish_status": "success", "fail_reason": "", "instruction_tokens": [5, 7, 0]}
    tasks = [f"Leave room {episode}." for episode in range(EPISODES)]
    lines = [{"episode_index": i, "tasks": [task], "length": PE_FRAMES} for i, task in enumerate(tasks)]
    write_lines(folder / "meta/episodes.jsonl", lines)
    write_lines(folder / "meta/tasks.jsonl", [{"task_index": i, "task": t, **ending} for i, t in enumerate(tasks)])
    write_info(folder, PE_FRAMES, {"observation.action": {"dtype": "int64", "shape": [1], "names": None}})
    return folder


def table_path(folder, episode=0):
    return folder / f"data/chunk-000/episode_{episode:06d}.parquet"


def alter(folder, name, change, episodes=range(EPISODES)):
    """Replace a column by ``change`` of its values, as an array; None removes it."""
    for episode in episodes:
        table = pq.read_table(table_path(folder, episode))
        place = table.schema.get_field_index(name)
        values = change(np.array(table[name].to_pylist()))
        table = table.remove_column(place)
        if values is not None:
            kind = pq.read_schema(table_path(folder, episode)).field(name).type
            table = table.add_column(place, name, pa.array(values.tolist(), kind))
        pq.write_table(table, table_path(folder, episode))


def lines(folder, name):
    return [json.loads(line) for line in (folder / "meta" / name).read_text().splitlines()]


def alter_lines(folder, name, change):
    write_lines(folder / "meta" / name, [change(row) for row in lines(folder, name)])


def info(folder):
    return json.loads((folder / "meta/info.json").read_text())


def alter_info(folder, **changes):
    (folder / "meta/info.json").write_text(json.dumps(info(folder) | changes, indent=4))


def image_folder(folder, key="observation.images.rgb"):
    return folder / "videos/chunk-000" / key
