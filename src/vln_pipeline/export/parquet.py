"""Columns of one episode as an Arrow table."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vln_pipeline.export.features import Feature

Columns = Mapping[str, NDArray[Any] | list[Any]]
"""(N, ...) values of features of numbers, lists of N encoded images, texts or sayings of the others, by name."""

COMPRESSION = "snappy"


def schema(features: Mapping[str, Feature]) -> pa.Schema:
    """Return the schema of all data files; its ``huggingface`` metadata is what makes v2.1 readers decode images."""
    stored = {name: feature for name, feature in features.items() if feature.dtype != "video"}
    described = {"info": {"features": {name: feature.hugging_face for name, feature in stored.items()}}}
    fields = [pa.field(name, feature.arrow) for name, feature in stored.items()]
    return pa.schema(fields, metadata={"huggingface": json.dumps(described)})


def table(columns: Columns, features: Mapping[str, Feature]) -> pa.Table:
    """Return the columns in the order and types of the feature table."""
    types = schema(features)
    return pa.table([_array(columns[field.name], features[field.name]) for field in types], schema=types)


def numbers(column: pa.ChunkedArray, feature: Feature) -> NDArray[Any]:
    """Return the (N, ...) values of a column of numbers.

    Raises:
        ValueError: a row is not of the feature's shape.
    """
    values = column.combine_chunks()
    count = len(values)
    while pa.types.is_nested(values.type):
        sizes = pc.unique(pc.list_value_length(values))
        if len(sizes) > 1:
            raise ValueError(f"rows are of sizes {sizes.to_pylist()}, not of one")
        values = values.flatten()
    found = np.asarray(values.to_numpy(zero_copy_only=False), dtype=feature.dtype)
    return found.reshape(count, *(() if feature.shape == (1,) else feature.shape))


def _array(values: NDArray[Any] | list[Any], feature: Feature) -> pa.Array:
    if isinstance(values, list) and feature.is_text:
        return pa.array(values, feature.arrow)
    if isinstance(values, list):
        rows = [{"bytes": image, "path": f"frame-{n:06d}.png"} for n, image in enumerate(values)]
        return pa.array(rows, feature.arrow)
    array = pa.array(np.ascontiguousarray(values, dtype=feature.dtype).reshape(-1))
    if feature.shape == (1,):
        return array
    if len(feature.shape) == 1:
        return pa.FixedSizeListArray.from_arrays(array, feature.shape[0])
    # Innermost lists first: each level cuts the one below into equal pieces.
    for size in reversed(feature.shape):
        offsets = np.arange(0, len(array) + 1, size, dtype=np.int32)
        array = pa.ListArray.from_arrays(pa.array(offsets), array)
    return array
