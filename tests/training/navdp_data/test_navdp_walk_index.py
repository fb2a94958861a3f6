import itertools
import json
import shutil

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.training.navdp_data.batches import open_batches
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.walk_index import read_index

CONFIG = NavdpDataConfig(repeats=8)


def table_of(root, episode=1):
    return root / f"data/chunk-000/episode_{episode:06d}.parquet"


def rewritten(root, change, episode=1):
    path = table_of(root, episode)
    pq.write_table(change(pq.read_table(path)), path)


def poses_of(table):
    return np.array(table["action"].to_pylist(), dtype=np.float32)


def with_poses(table, poses):
    column = pa.array(poses.tolist(), type=table["action"].type)
    return table.set_column(table.schema.names.index("action"), "action", column)


def changed_poses(change):
    return lambda root: rewritten(root, lambda table: with_poses(table, change(poses_of(table))))


def nan_pose(poses):
    poses[7, 0, 3] = np.nan
    return poses


def images_of(root, kind="rgb"):
    return root / f"videos/chunk-000/observation.images.{kind}"


def shrunk_depth(root):
    for path in images_of(root, "depth").glob("episode_000001_*"):
        cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[::2])


DEFECTS = {
    "no column": (lambda r: rewritten(r, lambda t: t.drop(["action"])), "no column action"),
    "column of another shape": (changed_poses(lambda p: p[:, :3]), "does not hold a 4x4 matrix"),
    "column of another type": (
        lambda r: rewritten(r, lambda t: t.drop(["action"]).append_column("action", pa.array([1] * len(t)))),
        "does not hold a 4x4 matrix",
    ),
    "broken table": (lambda r: table_of(r).write_bytes(b"PAR1 no"), "cannot be read"),
    "pose not a number": (changed_poses(nan_pose), "not finite"),
    "scaled poses": (changed_poses(lambda p: 2 * p), "not a rotation"),
    "other camera axes": (changed_poses(lambda p: p @ np.diag([1, -1, -1, 1])), "does not stand upright"),
    "missing image": (lambda r: (images_of(r) / "episode_000001_030.jpg").unlink(), "numbers have a gap"),
    "fewer images": (lambda r: (images_of(r) / "episode_000001_059.jpg").unlink(), "60 rows, 59 colour and 60 depth"),
    "no depth": (lambda r: [p.unlink() for p in images_of(r, "depth").glob("episode_000001_*")], "depth images are"),
    "first image broken": (
        lambda r: (images_of(r) / "episode_000001_000.jpg").write_bytes(b"no jpeg"),
        "first image missing or unreadable",
    ),
    "sizes differ": (shrunk_depth, "depth is (64, 18), colour (64, 36)"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_walk_that_cannot_be_learned_from_is_skipped_with_its_cause(copied, defect):
    spoil, cause = DEFECTS[defect]
    spoil(copied)
    index = read_index([copied], CONFIG)
    assert [walk.name for walk in index.walks] == ["room/episode_000000", "room/episode_000002"]
    assert len(index.report.skipped) == 1
    assert cause in index.report.skipped[0].cause
    assert "000001" in index.report.skipped[0].subject
    assert index.report.lines()[0] == "2 walks of 1 scenes, 165 frames; 1 skipped"


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda r: (r / "meta/pointcloud.ply").write_bytes(b"ply\nnonsense"), "not a readable point cloud"),
        (lambda r: (r / "meta/dialect.json").write_text("{"), "not a readable dataset"),
        (lambda r: shutil.rmtree(r / "data"), "has no table"),
        (lambda r: shutil.rmtree(r / "videos"), "has no images"),
    ],
)
def test_a_dataset_that_cannot_be_read_is_skipped_as_a_whole(exported, copied, spoil, cause):
    spoil(copied)
    index = read_index([copied, exported / "vln_n1/v2.1"], CONFIG)
    assert len(index.walks) == 3
    assert cause in index.report.skipped[0].cause
    with pytest.raises(DataError, match=cause):
        read_index([copied], CONFIG)


def test_nothing_to_learn_from_is_an_error(exported, tmp_path):
    with pytest.raises(DataError, match="there is no dataset"):
        read_index([tmp_path], CONFIG)
    with pytest.raises(DataError, match="its dialect vln_ce is not asked for"):
        read_index([exported / "vln_ce"], CONFIG)
    with pytest.raises(DataError, match=r"no walk to learn from; the first cause: .* 90 frames are fewer than 100"):
        read_index([exported / "vln_n1"], NavdpDataConfig(min_frames=100))


def test_short_walks_are_skipped(exported):
    index = read_index([exported / "vln_n1"], NavdpDataConfig(min_frames=70))
    assert [len(walk) for walk in index.walks] == [90, 75]
    assert index.report.skipped[0].cause == "60 frames are fewer than 70"


def test_datasets_are_found_at_any_depth_and_only_once(exported, tmp_path):
    (tmp_path / "run/vln_n1/v2.1").mkdir(parents=True)
    (tmp_path / "run/vln_n1/v2.1/room").symlink_to(exported / "vln_n1/v2.1")
    (tmp_path / "run/vln_n1/v3.0").mkdir(parents=True)
    (tmp_path / "run/vln_n1/v3.0/room").symlink_to(exported / "vln_n1/v3.0")
    index = read_index([tmp_path, exported], NavdpDataConfig(dialects=("vln_n1", "vln_ce")))
    assert (index.report.scenes, index.report.walks) == (2, 9)
    assert index.report.skipped == []


def test_scenes_can_be_thinned(copied, tmp_path):
    for name in "abcd":
        shutil.copytree(copied, tmp_path / "homes" / name)
    index = read_index([tmp_path / "homes"], NavdpDataConfig(scene_scale=0.5))
    assert [folder.name for folder in index.folders] == ["a", "c"]
    assert {walk.scene for walk in index.walks} == {0, 1}


def test_folders_of_others_are_read_by_names_and_rows(exported, tmp_path):
    ours = read_index([exported / "vln_n1/v2.1"], CONFIG)
    root = tmp_path / "matterport3d_d435i" / "house"
    shutil.copytree(exported / "vln_n1/v2.1", root)
    (root / "meta/dialect.json").unlink()
    episodes = [json.loads(line) for line in (root / "meta/episodes.jsonl").read_text().splitlines()]
    doubled = [json.dumps(row | {"length": 2 * row["length"]}) for row in episodes]
    (root / "meta/episodes.jsonl").write_text("\n".join(doubled) + "\n")
    for kind in ("rgb", "depth"):
        for path in list(images_of(root, kind).iterdir()):
            stem, number = path.stem.rsplit("_", 1)
            path.rename(path.with_name(f"{stem}_{int(number)}{path.suffix}"))
        (images_of(root, kind) / ".DS_Store").write_text("")
    index = read_index([tmp_path], CONFIG)
    assert [walk.name for walk in index.walks] == [f"matterport3d_d435i/house/episode_{n:06d}" for n in range(3)]
    for theirs, own in zip(index.walks, ours.walks, strict=True):
        assert np.array_equal(theirs.positions, own.positions)
        frame = len(own) - 1
        assert np.array_equal(theirs.frames.rgb(frame), own.frames.rgb(frame))
        assert np.array_equal(theirs.frames.depth(frame), own.frames.depth(frame))


@pytest.mark.parametrize("packed", [True, False])
def test_draws_that_need_a_broken_image_are_dropped_and_counted(copied, network, tmp_path, packed):
    for frame in (20, 44):
        (images_of(copied) / f"episode_000000_{frame:03d}.jpg").write_bytes(b"no jpeg")
    (images_of(copied, "depth") / "episode_000002_030.png").write_bytes(b"no png")
    index = read_index([copied], CONFIG)
    assert index.report.skipped == []
    cache = tmp_path / "cache" if packed else None
    batches = open_batches(index, CONFIG, network, seed=1, batch_size=24, workers=0, cache=cache)
    for batch in itertools.islice(batches.read(0, 1), 8):
        assert batch.rgb[:, -1].flatten(1).any(dim=1).all()
        assert batch.depth.flatten(1).any(dim=1).all()
    assert sum(batches.skipped.values()) > 0
    assert {cause.split(":")[0].split("/")[-1].split(".")[0].split(",")[0] for cause in batches.skipped} <= {
        "episode_000000_020", "episode_000000_044", "episode_000002_030", "episode_000000", "episode_000002",
    }  # fmt: skip


def test_dropped_draws_are_the_same_packed_and_not_and_in_workers(copied, network, tmp_path):
    (images_of(copied) / "episode_000000_020.jpg").write_bytes(b"no jpeg")
    index = read_index([copied], CONFIG)
    first = [
        next(open_batches(index, CONFIG, network, seed=1, batch_size=24, workers=workers, cache=cache).read(0, 1))
        for workers, cache in ((0, None), (0, tmp_path), (1, tmp_path))
    ]
    assert all((batch.rgb == first[0].rgb).all() and (batch.label == first[0].label).all() for batch in first[1:])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_dataset_of_broken_images_is_an_error(copied, network, workers):
    for path in images_of(copied).glob("episode_*_[0-9][0-9][1-9].jpg"):
        path.write_bytes(b"no jpeg")
    for path in images_of(copied).glob("episode_*_*0.jpg"):
        if not path.stem.endswith("000"):
            path.write_bytes(b"no jpeg")
    config = NavdpDataConfig(mark={"frame": "current"}, goals=("image",))
    batches = open_batches(read_index([copied], config), config, network, seed=1, batch_size=4, workers=workers)
    with pytest.raises(DataError, match="32 draws in a row"):
        next(batches.read(0, 1))


def test_a_changed_dataset_is_packed_anew(copied, network, tmp_path):
    def first():
        index = read_index([copied], CONFIG)
        return next(open_batches(index, CONFIG, network, seed=1, batch_size=48, workers=0, cache=tmp_path).read(0, 1))

    before, packs = first(), sorted(tmp_path.glob("[0-9a-f]*"))
    assert (first().rgb == before.rgb).all()
    assert sorted(tmp_path.glob("[0-9a-f]*")) == packs
    for path in images_of(copied).iterdir():
        cv2.imwrite(str(path), 255 - cv2.imread(str(path)))
    assert (first().rgb != before.rgb).any()
    assert len(list(tmp_path.glob("[0-9a-f]*"))) == len(packs) + 1


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("data/chunk-000/file-000.parquet", "tables cannot be read"),
        ("meta/episodes/chunk-000/file-000.parquet", "tables cannot be read"),
        ("videos/observation.images.rgb/chunk-000/file-000.mp4", "colour missing or unreadable"),
    ],
)
def test_broken_files_of_many_episodes_are_told(exported, network, tmp_path, name, cause):
    root = shutil.copytree(exported / "vln_n1/v3.0", tmp_path / "room")
    (root / name).write_bytes(b"no such file")
    with pytest.raises(DataError, match=cause):
        next(open_batches(read_index([root], CONFIG), CONFIG, network, seed=1, batch_size=2, workers=0).read(0, 1))


def test_a_broken_episode_table_of_a_discrete_dataset_is_told(exported, tmp_path):
    root = shutil.copytree(exported / "vln_ce/v2.1", tmp_path / "room")
    (root / "meta/episodes.jsonl").write_text("{\n")
    with pytest.raises(DataError, match="room: its tables cannot be read"):
        read_index([root], NavdpDataConfig(dialects=("vln_ce",)))
