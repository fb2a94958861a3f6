import json

import numpy as np
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vln_pipeline.export.features import Feature, matrix, picture
from vln_pipeline.export.parquet import table


@given(st.data(), st.integers(1, 5), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_arrays_come_back(data, rows, shape):
    feature = Feature("float32", tuple(shape))
    values = data.draw(hnp.arrays(np.float32, (rows, *shape), elements=st.floats(-9, 9, width=32)))
    stored = table({"x": values}, {"x": feature})
    assert stored.schema.field("x").type == feature.arrow
    np.testing.assert_array_equal(np.array(stored["x"].to_pylist()).reshape(values.shape), values)


def test_columns_are_typed_described_and_in_order(tmp_path):
    features = {
        "pose": matrix("pose", 2, 2),
        "goal": Feature("int64", (2,), ("u", "v")),
        "view": picture("video", 4, 6, 3),
        "depth": picture("image", 4, 6, 1),
        "index": Feature("int64", (1,)),
    }
    columns = {"index": np.arange(2), "depth": [b"a", b"b"], "goal": np.zeros((2, 2)), "pose": np.zeros((2, 2, 2))}
    pq.write_table(table(columns, features), tmp_path / "x.parquet")
    schema = pq.read_schema(tmp_path / "x.parquet")
    assert schema.names == ["pose", "goal", "depth", "index"]
    assert [str(kind) for kind in schema.types] == [
        "list<element: list<element: float>>",
        "fixed_size_list<element: int64>[2]",
        "struct<bytes: binary, path: string>",
        "int64",
    ]
    told = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert told["pose"] == {"shape": [2, 2], "dtype": "float32", "_type": "Array2D"}
    assert told["depth"] == {"_type": "Image"} and "view" not in told


def test_description_is_that_of_info_json():
    assert matrix("a", 1, 2).describe() == {"dtype": "float32", "shape": [1, 2], "names": ["a_0_0", "a_0_1"]}
    assert picture("video", 4, 6, 3).describe()["names"][2] == "channels"
    assert Feature("int64", (1,)).describe()["names"] is None
