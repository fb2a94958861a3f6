import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.shard import Shard


@given(st.integers(1, 12), st.lists(st.text(max_size=3), max_size=30))
def test_shards_are_a_partition(count, keys):
    parts = [Shard.parse(f"{i}/{count}").part(keys) for i in range(count)]
    assert sorted(key for part in parts for key in part) == sorted(keys)


@pytest.mark.parametrize("text", ["3/3", "1", "a/b", "-1/2", "0/0"])
def test_a_wrong_shard_is_refused(text):
    with pytest.raises(DataError, match="shard"):
        Shard.parse(text)
