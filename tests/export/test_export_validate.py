"""One kind of damage each, and the line that tells of it."""

import json
import re
import shutil

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vln_pipeline.export.config import VideoConfig
from vln_pipeline.export.validate import validate
from vln_pipeline.export.video import VideoFile, encoded

IMAGES = "videos/chunk-000/observation.images"
EPISODE = "data/chunk-000/episode_000001.parquet"
FILE = "data/chunk-000/file-000.parquet"
TABLE = "meta/episodes/chunk-000/file-000.parquet"
DOWN = "125cm_30deg"


def edit_column(path, column, change):
    table = pq.read_table(path)
    values = table[column].to_pylist()
    change(values)
    field = table.field(column)
    pq.write_table(table.set_column(table.column_names.index(column), field, pa.array(values, field.type)), path)


def edit_json(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def edit_line(path, number, change):
    lines = path.read_text().splitlines()
    content = json.loads(lines[number])
    change(content)
    lines[number] = json.dumps(content)
    path.write_text("\n".join(lines) + "\n")


def column(path, name, row, value):
    """Set one cell, or one number of it where ``row`` is a tuple."""

    def change(values):
        cell, *inner = row if isinstance(row, tuple) else (row,)
        if not inner:
            values[cell] = value
            return
        target = values[cell]
        for step in inner[:-1]:
            target = target[step]
        target[inner[-1]] = value

    return lambda root: edit_column(root / path, name, change)


def info(**values):
    return lambda root: edit_json(root / "meta/info.json", lambda content: content.update(values))


def line(path, number, **values):
    return lambda root: edit_line(root / path, number, lambda content: content.update(values))


def stat(feature, key, value):
    def change(content):
        content["stats"][feature][key] = value

    return lambda root: edit_line(root / "meta/episodes_stats.jsonl", 0, change)


def without_statistics(root):
    edit_line(root / "meta/episodes_stats.jsonl", 0, lambda content: content["stats"].pop("action"))


def removed(path):
    return lambda root: (root / path).unlink()


def truncated(path):
    return lambda root: (root / path).write_bytes((root / path).read_bytes()[:60])


def copied(source, target):
    return lambda root: shutil.copyfile(root / source, root / target)


def short_video(path, width, height, fps):
    def damage(root):
        (root / path).unlink()
        settings = width, height, fps, VideoConfig()
        with VideoFile(root / path, *settings) as video:
            video.add(encoded([np.zeros((height, width, 3), np.uint8)] * 5, *settings))

    return damage


def eight_bit(root):
    cv2.imwrite(str(root / f"{IMAGES}.depth/episode_000000_003.png"), np.full((36, 64), 9, np.uint8))


def shifted_goal(root):
    def change(values):
        frame = next(n for n, goal in enumerate(values) if goal != [-1, -1])
        values[frame] = [values[frame][0] + 3, values[frame][1]]

    edit_column(root / EPISODE, f"goal.{DOWN}", change)


def pooled(root):
    edit_json(root / "meta/stats.json", lambda content: content["action"]["mean"].__setitem__(0, 9.0))


def deep(root):
    image = cv2.imencode(".png", np.full((36, 64), 40_000, np.uint16))[1].tobytes()
    edit_column(root / FILE, "observation.depth", lambda values: values[0].update(bytes=image))


DAMAGE = {
    "not json": ("vln_n1/v2.1", truncated("meta/info.json"), "layout: .* not a readable dataset"),
    "no key": ("vln_n1/v2.1", info(total_videos=None), "layout: info.json has no total_videos of type int"),
    "frames": ("vln_n1/v2.1", info(total_frames=7), r"layout: info.json says total_frames 7, the dataset has \d+"),
    "videos": ("vln_ce/v2.1", info(total_videos=3), "layout: .* total_videos 3, the dataset has 6"),
    "splits": ("vln_ce/v3.0", info(splits={"train": "0:1"}), "layout: .* splits"),
    "length": ("vln_n1/v2.1", line("meta/episodes.jsonl", 1, length=68), "rows: episode 1: has 34 rows, .* says 68"),
    "no rows": ("vln_ce/v2.1", removed(EPISODE), f"layout: {EPISODE} is missing"),
    "stray rows": ("vln_ce/v2.1", copied(EPISODE, "data/x.parquet"), "layout: data/x.parquet belongs to no episode"),
    "no task": ("vln_ce/v2.1", column(EPISODE, "task_index", 2, 77), r"rows: episode 1: refers to tasks \[1, 77\]"),
    "other task": ("vln_ce/v2.1", column(EPISODE, "task_index", 2, 0), "refers to a task that .* does not list"),
    "index": ("vln_ce/v2.1", column(EPISODE, "index", 0, 5), "rows: episode 1: index does not count"),
    "time": ("vln_ce/v2.1", column(EPISODE, "timestamp", 3, 0.35), "rows: episode 1: timestamps are not frame / 30"),
    "empty": ("vln_ce/v2.1", column(EPISODE, "action", 3, None), "rows: episode 1: has empty cells"),
    "nan": ("vln_n1/v2.1", column(EPISODE, "action", (4, 0, 3), np.nan), "rows: episode 1: action holds a number"),
    "skewed": (
        "vln_n1/v2.1",
        column(EPISODE, "action", (4, 0, 0), 0.1),
        "dialect: .* action is not a rotation",
    ),
    "extrinsic": (
        "vln_n1/v2.1",
        column(EPISODE, "observation.camera_extrinsic", (4, 2, 3), 1.0),
        "dialect: episode 1: observation.camera_extrinsic changes",
    ),
    "intrinsic": (
        "vln_n1/v2.1",
        column(EPISODE, "observation.camera_intrinsic", (0, 0, 0), 1.0),
        "dialect: episode 1: observation.camera_intrinsic is not that of 60cm_15deg",
    ),
    "no cloud": ("vln_n1/v2.1", removed("meta/pointcloud.ply"), "dialect: meta/pointcloud.ply is missing"),
    "start": (
        "vln_ce/v2.1",
        column(EPISODE, f"pose.{DOWN}", (0, 0, 3), 0.2),
        f"dialect: episode 1: pose.{DOWN} does not start at the origin",
    ),
    "first action": ("vln_ce/v2.1", column(EPISODE, "action", 0, 1), "dialect: episode 1: actions are not -1 and then"),
    "action": ("vln_ce/v2.1", column(EPISODE, "action", 1, 2), "the robot moves in other frames"),
    "goal": ("vln_ce/v2.1", shifted_goal, f"goal.{DOWN} of frame 0 is not where 125cm_0deg says"),
    "goal only": ("vln_ce/v2.1", column(EPISODE, f"goal.{DOWN}", 9, [3, 3]), f"goal.{DOWN} and .* do not agree"),
    "goal far": (
        "vln_ce/v2.1",
        column(EPISODE, f"relative_goal_frame_id.{DOWN}", 0, 99),
        f"relative_goal_frame_id.{DOWN} leads out of the episode",
    ),
    "no image": ("vln_n1/v2.1", removed(f"{IMAGES}.rgb/episode_000000_003.jpg"), "frames: .*_003.jpg is missing"),
    "half image": (
        "vln_n1/v2.1",
        truncated(f"{IMAGES}.depth/episode_000000_003.png"),
        "frames: .* does not decode",
    ),
    "8 bit": ("vln_n1/v2.1", eight_bit, r"frames: .*_003.png is \(64, 36\) L, not \(64, 36\) I;16"),
    "stray image": (
        "vln_n1/v2.1",
        copied(f"{IMAGES}.rgb/episode_000000_003.jpg", f"{IMAGES}.rgb/episode_000000_3.jpg"),
        "frames: .*episode_000000_3.jpg belongs to no frame",
    ),
    "no video": (
        "vln_n1/v2.1",
        removed("videos/chunk-000/observation.video.rgb/episode_000002.mp4"),
        "layout: .*episode_000002.mp4 is missing",
    ),
    "short video": (
        "vln_n1/v2.1",
        short_video("videos/chunk-000/observation.video.rgb/episode_000002.mp4", 64, 36, 30),
        "frames: .*episode_000002.mp4: has 5 frames, its episodes 37",
    ),
    "video rate": (
        "vln_n1/v2.1",
        short_video("videos/chunk-000/observation.video.rgb/episode_000002.mp4", 64, 36, 15),
        "has 15 frames per second, not 30",
    ),
    "no stats": ("vln_n1/v2.1", without_statistics, r"episode 0: statistics of \['action'\] are missing"),
    "mean": ("vln_ce/v2.1", stat("action", "mean", [0.123]), "statistics: episode 0, action: mean differs"),
    "range": ("vln_ce/v2.1", stat("action", "mean", [99.0]), "statistics: episode 0, action: mean is not between"),
    "spread": ("vln_ce/v2.1", stat("action", "std", [-1.0]), "statistics: episode 0, action: std is negative"),
    "shape": ("vln_ce/v2.1", stat(f"observation.video.rgb.{DOWN}", "max", [1.0]), "statistics are not of shape"),
    "count": ("vln_ce/v2.1", stat("action", "count", [2]), r"statistics: episode 0, action: count is \[2\]"),
    "slices": (
        "vln_n1/v2.1",
        line("meta/episodes_stats.jsonl", 1, image_index={"min": 0, "max": 33, "count": 34}),
        "statistics: episode 1: image_index is",
    ),
    "v3 rows": (
        "vln_n1/v3.0",
        column(TABLE, "dataset_to_index", 1, 60),
        "rows: .* does not say rows 40 to 74",
    ),
    "v3 times": (
        "vln_n1/v3.0",
        column(TABLE, "videos/observation.images.rgb/from_timestamp", 1, 0.0),
        "frames: episode 1: video times",
    ),
    "v3 tasks": ("vln_ce/v3.0", column(FILE, "task_index", 0, 4), "rows: episode 0: refers to a task that"),
    "v3 pooled": ("vln_ce/v3.0", pooled, "statistics: stats.json, action: mean differs"),
    "v3 depth": ("vln_n1/v3.0", deep, "frames: episode 0, frame 0: depth is beyond"),
    "v3 no file": ("vln_n1/v3.0", removed(FILE), f"layout: {FILE} is missing"),
    "v3 goal": ("vln_ce/v3.0", column(FILE, f"goal.{DOWN}", 0, [1, 1]), f"goal.{DOWN} of frame 0 is not where"),
}


@pytest.mark.parametrize("dataset", ["vln_n1/v2.1", "vln_n1/v3.0", "vln_ce/v2.1", "vln_ce/v3.0"])
def test_what_was_exported_is_valid(exported, dataset):
    assert validate(exported.directory / dataset) == []


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named(exported, tmp_path, kind):
    dataset, damage, expected = DAMAGE[kind]
    root = tmp_path / "dataset"
    shutil.copytree(exported.directory / dataset, root)
    damage(root)
    problems = "\n".join(validate(root))
    assert re.search(expected, problems), problems
