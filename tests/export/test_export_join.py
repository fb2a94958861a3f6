"""The scenes of a run as one v3.0 dataset."""

import resource

import drawn_room
import numpy as np
import pyarrow.parquet as pq
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.export import rolling_files
from vln_pipeline.export.config import ExportConfig, V30Config
from vln_pipeline.export.join import join
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate

SCENES = ("attic", "barn", "cellar")


@pytest.fixture
def parts(export):
    config = ExportConfig(versions=("v3.0",))
    return [
        export(
            scene,
            config,
            [drawn_room.trajectory(n, frames=20 + 3 * n, start=(1.0 + n, 2.0, 0.0, n)) for n in range(number, 3)],
            scene=scene,
        )
        for number, scene in enumerate(SCENES)
    ]


def test_a_run_of_one_scene_is_joined_too(parts, tmp_path):
    """It was quarantined: the cloud of its scene was asked for, and only the scene's own dataset had it."""
    alone = ExportedDataset(parts[0] / "vln_n1" / "v3.0")
    join([alone], ExportConfig(), tmp_path / "joined", seed=7, provenance={"command": "pytest"})
    assert validate(tmp_path / "joined") == []
    assert (tmp_path / "joined" / "meta" / "pointcloud.ply").is_file()


@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
def test_a_joined_dataset_has_the_episodes_of_its_scenes_as_they_were(parts, tmp_path, dialect):
    datasets = [ExportedDataset(part / dialect / "v3.0") for part in parts]
    join(datasets, ExportConfig(), tmp_path / "joined", seed=7, provenance={"command": "pytest"})
    joined = ExportedDataset(tmp_path / "joined")
    assert validate(joined.root) == []
    assert len(joined) == 6 and {row["scene"] for row in joined.episodes} == set(SCENES)
    splits = {row["scene"]: row["split"] for row in joined.episodes}
    assert sorted(splits.values()) == ["train", "train", "validation"]
    assert list(joined.info["splits"]) == ["train", "validation"]
    number = dict.fromkeys(SCENES, 0)
    for episode, row in enumerate(joined.episodes):
        source = datasets[SCENES.index(row["scene"])]
        own = number[row["scene"]]
        number[row["scene"]] += 1
        kept, before = joined.table(episode), source.table(own)
        for name in set(before.column_names) - {"episode_index", "index", "task_index"}:
            assert kept[name].equals(before[name]), name
        assert joined.tasks[kept["task_index"][0].as_py()] == source.tasks[before["task_index"][0].as_py()]
        for camera in joined.cameras_of(episode):
            assert np.array_equal(joined.rgb(episode, camera.suffix, 5), source.rgb(own, camera.suffix, 5))
            assert np.array_equal(joined.depth(episode, camera.suffix, 5), source.depth(own, camera.suffix, 5))


def test_videos_are_linked_not_copied(parts, tmp_path):
    datasets = [ExportedDataset(part / "vln_ce" / "v3.0") for part in parts]
    join(datasets, ExportConfig(), tmp_path / "joined", seed=7, provenance={})
    videos = list((tmp_path / "joined").rglob("*.mp4"))
    assert len(videos) == 6 and all(video.stat().st_nlink == 2 for video in videos)


def test_the_same_scenes_give_the_same_bytes(parts, tmp_path):
    datasets = [ExportedDataset(part / "vln_n1" / "v3.0") for part in parts]
    for name in ("one", "two"):
        join(datasets, ExportConfig(), tmp_path / name, seed=7, provenance={})
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_scenes_filmed_by_other_cameras_are_named(parts, export, tmp_path):
    walks = drawn_room.walks_of(tmp_path / "wide", [drawn_room.trajectory(0)], drawn_room.rigs(width=80))
    other = export("wider", ExportConfig(versions=("v3.0",)), walks=walks, scene="shed")
    datasets = [ExportedDataset(part / "vln_ce" / "v3.0") for part in (*parts, other)]
    with pytest.raises(DataError, match=r"shed: its features, cameras differ from those of \w+; film all scenes"):
        join(datasets, ExportConfig(), tmp_path / "joined", seed=7, provenance={})


def test_statistics_of_what_never_changes_have_no_spread(parts, tmp_path):
    """lerobot divides by the spread plus 1e-8. A mean of the intrinsics that was off by rounding made 3,000 of them."""
    datasets = [ExportedDataset(part / "vln_n1" / "v3.0") for part in parts]
    join(datasets, ExportConfig(), tmp_path / "joined", seed=7, provenance={})
    joined = ExportedDataset(tmp_path / "joined")
    found = pq.read_table(joined.root / "meta/episodes/chunk-000/file-000.parquet")
    assert len(found) == 6
    stats = joined.statistics
    rows = np.concatenate([joined.columns(episode)["camera.intrinsic"] for episode in range(6)])
    mean, std = (np.array(stats["camera.intrinsic"][key], dtype=np.float32) for key in ("mean", "std"))
    assert np.abs((rows - mean) / (std + 1e-8)).max() < 10


def test_statistics_of_depth_are_plain_lists_in_the_table_of_episodes(parts, tmp_path):
    """lerobot 0.4.4 could not split a dataset or delete from it: it makes three channels of nested lists."""
    join([ExportedDataset(parts[0] / "vln_n1" / "v3.0")], ExportConfig(), tmp_path / "joined", seed=7, provenance={})
    joined = ExportedDataset(tmp_path / "joined")
    row = pq.read_table(joined.root / "meta/episodes/chunk-000/file-000.parquet").to_pylist()[0]
    assert isinstance(row["stats/observation.depth/mean"][0], float)
    assert len(row["stats/observation.images.rgb/mean"]) == 3 and len(row["stats/observation.images.rgb/mean"][0]) == 1
    assert np.shape(joined.statistics["observation.depth"]["mean"]) == (1, 1, 1)


@pytest.mark.slow
def test_a_thousand_episodes_are_joined_in_flat_memory(export, tmp_path):
    config = ExportConfig(dialects=("vln_ce",), versions=("v3.0",), v30=V30Config(validation_share=0))
    part = export("part", config, [drawn_room.trajectory(n, actions=[1, 1, 2, 1]) for n in range(20)])
    dataset = ExportedDataset(part / "vln_ce" / "v3.0")
    join([dataset] * 5, config, tmp_path / "few", seed=7, provenance={})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    join([dataset] * 50, config, tmp_path / "many", seed=7, provenance={})
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert len(ExportedDataset(tmp_path / "many")) == 1000
    assert grown < 100 * 1024, f"{grown} KiB"


def test_what_only_joining_reads_does_not_make_scenes_anew():
    config = ExportConfig(v30=V30Config(dataset="scene", validation_share=0.5))
    assert config.of_scene() == ExportConfig() != config
    assert ExportConfig(v30=V30Config(language=True)).of_scene().v30.language


def test_small_episodes_share_a_row_group_and_large_ones_have_their_own(parts, tmp_path, monkeypatch):
    """Each of 1,000 small episodes had a row group of its own; lerobot took 5.7 s to open them, and 3.0 s otherwise.

    Whatever the row groups, every episode has its rows.
    """
    datasets = [ExportedDataset(part / "vln_ce" / "v3.0") for part in parts]
    join(datasets, ExportConfig(), tmp_path / "small", seed=7, provenance={})
    monkeypatch.setattr(rolling_files, "ROW_GROUP_MB", 0.01)
    join(datasets, ExportConfig(), tmp_path / "large", seed=7, provenance={})
    small, large = (ExportedDataset(tmp_path / name) for name in ("small", "large"))
    counts = [pq.ParquetFile(dataset.data_path(0)).num_row_groups for dataset in (small, large)]
    assert counts == [1, 6]
    assert validate(small.root) == validate(large.root) == []
    for episode in (5, 0, 3, 2, 1, 4):
        rows = small.table(episode)
        assert rows.equals(large.table(episode)) and set(rows["episode_index"].to_pylist()) == {episode}
