"""Rows of single episodes, however a file's row groups are cut."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vln_pipeline.export.episode_rows import EpisodeRows


@pytest.fixture(params=["in order", "without ranges, backwards", "mixed"])
def path(request, tmp_path):
    """A file of three episodes; editing tools write without statistics, and mix what we keep apart."""
    episode = np.repeat([3, 4, 5], [6, 9, 4])
    image = pa.array([{"bytes": bytes([n]), "path": None} for n in range(19)])
    rows = pa.table({"episode_index": episode, "index": np.arange(19), "depth.125cm_0deg": image})
    order = {
        "in order": np.arange(19),
        "without ranges, backwards": np.arange(19)[::-1],
        "mixed": np.random.default_rng(1).permutation(19),
    }
    file = tmp_path / "rows.parquet"
    told = request.param != "without ranges, backwards"
    pq.write_table(rows.take(order[request.param]), file, row_group_size=7, write_statistics=told)
    return file


def test_every_episode_has_its_rows(path):
    rows = EpisodeRows()
    for episode, numbers in ((4, range(6, 15)), (3, range(6)), (5, range(15, 19)), (3, range(6))):
        table = rows.read(path, episode, ["index", "depth.125cm_0deg"])
        assert table.column_names == ["index", "depth.125cm_0deg"]
        assert sorted(table["index"].to_pylist()) == list(numbers)
        assert all(row["depth.125cm_0deg"]["bytes"] == bytes([row["index"]]) for row in table.to_pylist())
    assert len(rows.read(path, 3)) == 6 and rows.read(path, 3).column_names[0] == "episode_index"


def test_what_is_not_there_is_none(path):
    assert len(EpisodeRows().read(path, 99)) == 0
    with pytest.raises(KeyError):
        EpisodeRows().read(path, 3, ["nothing"])


def test_another_file_is_another_file(path, tmp_path):
    rows, other = EpisodeRows(), tmp_path / "other.parquet"
    pq.write_table(pa.table({"episode_index": [3, 3], "index": [70, 71]}), other)
    assert len(rows.read(path, 3)) == 6
    assert rows.read(other, 3)["index"].to_pylist() == [70, 71]
    assert len(rows.read(path, 3)) == 6
