"""The feature table of a LeRobot dataset: what each column is called, its type and shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Feature:
    """One row of ``info.json: features``.

    Attributes:
        dtype: "video" (frames in mp4), "image" (an encoded image per parquet row), "string", "language" (words as
            lerobot 0.6 tells them) or the name of a numpy dtype.
        shape: (height, width, channels) of images, (1,) for scalars, else the shape of the array in one row.
        names: names of the axes or components, or None.
        info: what else readers are told, or None.
    """

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None
    info: Mapping[str, Any] | None = None

    @property
    def is_visual(self) -> bool:
        """Whether rows are images."""
        return self.dtype in ("video", "image")

    @property
    def is_text(self) -> bool:
        """Whether rows are words, of which there are no statistics."""
        return self.dtype in ("string", "language")

    @property
    def arrow(self) -> pa.DataType:
        """Type of the parquet column, as the library's own recorder writes it."""
        if self.dtype == "image":
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        if self.dtype == "language":
            return pa.list_(_SAYING)
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
        if self.dtype == "language":
            return {"feature": {field.name: _hugging_face(field.type) for field in _SAYING}, "_type": "List"}
        value = {"dtype": self.dtype, "_type": "Value"}
        if self.shape == (1,):
            return value
        if len(self.shape) == 1:
            return {"feature": value, "length": self.shape[0], "_type": "Sequence"}
        return {"shape": list(self.shape), "dtype": self.dtype, "_type": f"Array{len(self.shape)}D"}

    def describe(self) -> dict[str, Any]:
        """Return the entry of ``info.json``."""
        told = {"dtype": self.dtype, "shape": list(self.shape), "names": list(self.names) if self.names else None}
        return told if self.info is None else {**told, "info": dict(self.info)}

    @classmethod
    def described(cls, entry: Mapping[str, Any]) -> "Feature":
        """Return the feature of an entry of ``info.json``."""
        names = entry.get("names")
        return cls(entry["dtype"], tuple(entry["shape"]), tuple(names) if names else None, entry.get("info"))


_SAYING = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("content", pa.string()),
        pa.field("style", pa.string()),
        pa.field("timestamp", pa.float32(), nullable=False),
        pa.field("camera", pa.string()),
        pa.field("tool_calls", pa.list_(pa.string())),
    ]
)
"""One row of lerobot 0.6's column ``language_persistent``: who says what, and from when on it holds."""


def _hugging_face(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_list(kind):
        return {"feature": _hugging_face(kind.value_type), "_type": "List"}
    return {"dtype": {"float": "float32"}.get(str(kind), str(kind)), "_type": "Value"}


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


def depth_picture(height: int, width: int) -> Feature:
    """Return a depth feature in the rows, marked as lerobot 0.6 marks it: units are millimetres."""
    return Feature(
        "image", (height, width, 1), ("height", "width", "channels"), {"is_depth_map": True, "depth_unit": "mm"}
    )


def picture(dtype: str, height: int, width: int, channels: int) -> Feature:
    """Return an image or video feature; the library tells HWC from CHW by the third name."""
    return Feature(dtype, (height, width, channels), ("height", "width", "channels"))
