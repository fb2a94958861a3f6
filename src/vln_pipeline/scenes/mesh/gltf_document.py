"""A glTF 2.0 file as a JSON document with checked access to its binary data (Khronos glTF 2.0, sections 3.6 and 4)."""

import base64
import binascii
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.gltf_compression import DecoderMissingError, meshopt
from vln_pipeline.scenes.mesh.gltf_extensions import unknown_extension
from vln_pipeline.scenes.mesh.sidecars import beside

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_MESHOPT = "EXT_meshopt_compression"


class Document:
    """The JSON of a glTF file and what its accessors and buffer views hold.

    No allocation is larger than the bytes that are there: every declared count is checked first.

    Attributes:
        file: where it was read from.
        json: the document.
    """

    def __init__(self, file: Path) -> None:
        """Read a .glb or .gltf file.

        Raises:
            DataError: the file is no glTF 2.0, is cut off, or requires an extension that is not known.
        """
        self.file = file
        data = regular(file).read_bytes()
        self._binary: bytes | None = None
        if data[:4] == b"glTF":
            text = self._open_container(data)
        elif file.suffix.lower() == ".glb":
            raise self.error("no GLB header")
        else:
            text = data
        try:
            self.json: dict[str, Any] = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.error(f"its JSON cannot be read ({error})") from error
        if not isinstance(self.json, dict) or not str(self.json.get("asset", {}).get("version", "")).startswith("2."):
            raise self.error("no glTF 2.0 asset", "export it as glTF 2.0")
        unknown = unknown_extension(self.json)
        if unknown is not None:
            raise self.error(f"requires the extension {unknown[:80]}, which is not read", "export it without")
        self._buffers: dict[int, bytes] = {}
        self._decompressed: dict[int, bytes] = {}

    def error(self, cause: str, mend: str = "export or download it again") -> DataError:
        """Return the error that says what is wrong with this file."""
        return DataError(self.file.name, cause, mend)

    def entry(self, kind: str, index: Any) -> dict[str, Any]:
        """Return one object of a top-level list, for instance ``entry("meshes", 0)``."""
        entries = self.json.get(kind, [])
        if not isinstance(index, int) or not 0 <= index < len(entries):
            raise self.error(f"refers to {kind}[{index}], which does not exist")
        return entries[index]

    def view(self, index: Any) -> bytes:
        """Return the bytes of a buffer view, decompressed where it is compressed by meshopt."""
        view = self.entry("bufferViews", index)
        packed = view.get("extensions", {}).get(_MESHOPT)
        # Where the extension is not required, the view's own bytes are plain: a fallback for readers without a decoder.
        if packed is not None and _MESHOPT in self.json.get("extensionsRequired", []):
            if index not in self._decompressed:
                self._decompressed[index] = self.decoded(meshopt, self._slice(index, packed), packed)
            return self._decompressed[index]
        return self._slice(index, view)

    def decoded(self, decode: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a decoder of compressed geometry makes of its arguments.

        Raises:
            DataError: the decoder is not installed, or the data is damaged.
        """
        try:
            return decode(*arguments)
        except DecoderMissingError as error:
            raise self.error(f"its geometry is compressed and {error}", error.mend) from error
        except ValueError as error:
            raise self.error(str(error)) from error

    def _slice(self, index: int, view: dict[str, Any]) -> bytes:
        start, size = view.get("byteOffset", 0), view["byteLength"]
        data = self._buffer(view["buffer"])
        if start < 0 or size < 0 or start + size > len(data):
            raise self.error(f"bufferViews[{index}] claims bytes {start} to {start + size} of {len(data)}")
        return data[start : start + size]

    def accessor(self, index: Any) -> NDArray:
        """Return an accessor as (count, width); normalised integers as floats in [0, 1] or [-1, 1]."""
        accessor = self.entry("accessors", index)
        dtype, width = np.dtype(_COMPONENTS[accessor["componentType"]]), _WIDTHS[accessor["type"]]
        count = accessor["count"]
        if "bufferView" in accessor:
            values = self._strided(index, accessor, dtype, width)
        elif "sparse" in accessor and 0 <= count <= self.file.stat().st_size:
            values = np.zeros((count, width), dtype)
        else:
            raise self.error(f"accessors[{index}] holds no data")
        if "sparse" in accessor:
            values = self._sparse(accessor["sparse"], values)
        return normalised(values) if accessor.get("normalized") else values

    def reference(self, entry: dict[str, Any]) -> bytes:
        """Return the bytes of a buffer or image that is given by URI.

        Raises:
            DataError: the URI leaves the file's folder, or leads to no regular file.
            OSError: the file is missing.
        """
        uri = entry["uri"]
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition("base64,")[2], validate=True)
            except binascii.Error as error:
                raise self.error(f"a data URI cannot be read ({error})") from error
        return regular(beside(self.file, uri)).read_bytes()

    def _open_container(self, data: bytes) -> bytes:
        try:
            version, length = struct.unpack_from("<2I", data, 4)
            size, kind = struct.unpack_from("<2I", data, 12)
        except struct.error as error:
            raise self.error("cut off in its header") from error
        if version != 2:
            raise self.error(f"GLB version {version}", "export it as glTF 2.0")
        if length > len(data) or kind != _JSON or 20 + size > len(data):
            raise self.error(f"cut off: {len(data)} of {max(length, 20 + size)} bytes")
        start = 20 + size
        while start + 8 <= length and self._binary is None:
            chunk, kind = struct.unpack_from("<2I", data, start)
            if start + 8 + chunk > len(data):
                raise self.error(f"cut off: {len(data)} of {start + 8 + chunk} bytes")
            if kind == _BIN:
                self._binary = data[start + 8 : start + 8 + chunk]
            start += 8 + chunk
        return data[20 : 20 + size]

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            entry = self.entry("buffers", index)
            if "uri" in entry:
                try:
                    self._buffers[index] = self.reference(entry)
                except OSError as error:
                    raise self.error(
                        f"buffer {entry['uri'][:80]!r} cannot be read", "put it beside the file"
                    ) from error
            elif index == 0 and self._binary is not None:
                self._buffers[index] = self._binary
            else:
                raise self.error(f"buffers[{index}] holds no data")
        return self._buffers[index]

    def _strided(self, index: int, accessor: dict[str, Any], dtype: np.dtype, width: int) -> NDArray:
        data = self.view(accessor["bufferView"])
        count, offset = accessor["count"], accessor.get("byteOffset", 0)
        item = dtype.itemsize * width
        stride = self.entry("bufferViews", accessor["bufferView"]).get("byteStride") or item
        needed = offset + (count - 1) * stride + item if count else offset
        if count < 0 or offset < 0 or stride < item or needed > len(data):
            raise self.error(f"accessors[{index}] claims {count} items, which its {len(data)} bytes do not hold")
        return np.ndarray((count, width), dtype, data, offset, (stride, dtype.itemsize))

    def _sparse(self, sparse: dict[str, Any], values: NDArray) -> NDArray:
        count, index, replacement = sparse["count"], sparse["indices"], sparse["values"]
        where = self._strided(
            -1, {**index, "count": count, "type": "SCALAR"}, np.dtype(_COMPONENTS[index["componentType"]]), 1
        )[:, 0]
        if len(where) and where.max() >= len(values):
            raise self.error("a sparse accessor replaces items that do not exist")
        values = values.copy()
        values[where] = self._strided(-1, {**replacement, "count": count}, values.dtype, values.shape[1])
        return values


def normalised(values: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return integers as fractions of their largest value (glTF 2.0, section 3.6.2.2)."""
    return np.maximum(values / np.float32(np.iinfo(values.dtype).max), -1.0).astype(np.float32)
