"""The feature table of a LeRobot dataset: what each column is called, its type and shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Feature:
    """One row of ``info.json: features``.

    Attributes:
        dtype: "video" (frames in mp4), "image" (an encoded image per parquet row) or the name of a numpy dtype.
        shape: (height, width, channels) of images, (1,) for scalars, else the shape of the array in one row.
        names: names of the axes or components, or None.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None

    @property
    def is_visual(self) -> bool:
        """Whether rows are images."""
        return self.dtype in ("video", "image")

    @property
    def arrow(self) -> pa.DataType:
        """Type of the parquet column, as the library's own recorder writes it."""
        if self.dtype == "image":
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        scalar = pa.type_for_alias(self.dtype)
        if self.shape == (1,):
            return scalar
        if len(self.shape) == 1:
            return pa.list_(scalar, self.shape[0])
        nested = scalar
        for _ in self.shape:
            nested = pa.list_(nested)
        return nested

    @property
    def hugging_face(self) -> dict[str, Any]:
        """The column in the vocabulary of the ``datasets`` library, which decodes images by it (v2.1)."""
        if self.dtype == "image":
            return {"_type": "Image"}
        value = {"dtype": self.dtype, "_type": "Value"}
        if self.shape == (1,):
            return value
        if len(self.shape) == 1:
            return {"feature": value, "length": self.shape[0], "_type": "Sequence"}
        return {"shape": list(self.shape), "dtype": self.dtype, "_type": f"Array{len(self.shape)}D"}

    def describe(self) -> dict[str, Any]:
        """Return the entry of ``info.json``."""
        return {"dtype": self.dtype, "shape": list(self.shape), "names": list(self.names) if self.names else None}


BOOKKEEPING: Mapping[str, Feature] = {
    "timestamp": Feature("float32", (1,)),
    "frame_index": Feature("int64", (1,)),
    "episode_index": Feature("int64", (1,)),
    "index": Feature("int64", (1,)),
    "task_index": Feature("int64", (1,)),
}
"""The five columns that every dataset ends with."""


def matrix(name: str, rows: int, columns: int) -> Feature:
    """Return a float32 matrix whose entries are called ``<name>_<row>_<column>``."""
    entries = tuple(f"{name}_{row}_{column}" for row in range(rows) for column in range(columns))
    return Feature("float32", (rows, columns), entries)


def picture(dtype: str, height: int, width: int, channels: int) -> Feature:
    """Return an image or video feature; the library tells HWC from CHW by the third name."""
    return Feature(dtype, (height, width, channels), ("height", "width", "channels"))
