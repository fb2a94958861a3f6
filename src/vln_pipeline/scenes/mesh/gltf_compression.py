"""Compressed geometry of glTF: KHR_draco_mesh_compression and EXT_meshopt_compression, each by its maker's decoder."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PLAIN_FILE = "or make a plain file: npx @gltf-transform/cli copy compressed.glb plain.glb"
_MOST_BYTES = 2**31
"""Of one decompressed buffer view; more is taken for a decompression bomb."""
_FILTERS = {"NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL"}


class DecoderMissingError(Exception):
    """The optional decoder is not installed.

    Attributes:
        mend: what a user without it can do.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed")
        self.mend = f'pip install "vln-pipeline[{extra}]", {_PLAIN_FILE}'


def draco(data: bytes, attributes: Mapping[str, int]) -> tuple[dict[str, NDArray], NDArray[np.int64]]:
    """Return the attributes of a Draco mesh by their glTF names, as (V, width), and its (F, 3) triangles.

    Args:
        data: the Draco bit stream of one primitive.
        attributes: unique id in the stream of each glTF attribute.

    Raises:
        DecoderMissingError: DracoPy is not installed.
        ValueError: the stream is damaged, or lacks an attribute.
    """
    try:
        import DracoPy
    except ImportError as error:
        raise DecoderMissingError("DracoPy", "draco") from error
    try:
        mesh = DracoPy.decode(data)
    except (DracoPy.FileTypeException, ValueError, RuntimeError) as error:
        raise ValueError("a Draco mesh cannot be decoded") from error
    found = {name: mesh.get_attribute_by_unique_id(number) for name, number in attributes.items()}
    lacking = sorted(name for name, attribute in found.items() if attribute is None)
    if lacking or not isinstance(mesh, DracoPy.DracoMesh):
        raise ValueError(f"a Draco mesh lacks {', '.join(lacking) or 'its triangles'}")
    faces = np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
    return {name: np.asarray(attribute["data"]) for name, attribute in found.items()}, faces


def meshopt(data: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the plain bytes of a buffer view.

    Args:
        data: the compressed bytes.
        entry: the view's EXT_meshopt_compression object.

    Raises:
        DecoderMissingError: meshoptimizer is not installed.
        ValueError: the view is damaged, claims an absurd size, or names an unknown mode or filter.
    """
    try:
        from meshoptimizer import decoder
    except ImportError as error:
        raise DecoderMissingError("meshoptimizer", "meshopt") from error
    count, stride = int(entry["count"]), int(entry["byteStride"])
    mode, name = entry["mode"], entry.get("filter", "NONE")
    if not (count >= 0 and 0 < stride <= 256 and count * stride <= _MOST_BYTES):
        raise ValueError(f"a compressed view claims {count} items of {stride} bytes")
    if name not in _FILTERS or mode not in ("ATTRIBUTES", "TRIANGLES", "INDICES"):
        raise ValueError(f"a compressed view has mode {mode!r} and filter {name!r}, which are not known")
    if count == 0:
        return b""
    if mode != "ATTRIBUTES":
        if stride not in (2, 4):
            raise ValueError(f"compressed indexes of {stride} bytes")
        decode = decoder.decode_index_buffer if mode == "TRIANGLES" else decoder.decode_index_sequence
        # The wrapper's result is four bytes wide whatever it is asked for.
        return _attempt(decode, count, 4, data).astype(np.uint16 if stride == 2 else np.uint32).tobytes()
    values = _attempt(decoder.decode_vertex_buffer, count, stride, data)
    filters = {
        "OCTAHEDRAL": decoder.decode_filter_oct,
        "QUATERNION": decoder.decode_filter_quat,
        "EXPONENTIAL": decoder.decode_filter_exp,
    }
    sizes = {"OCTAHEDRAL": (4, 8), "QUATERNION": (8,), "EXPONENTIAL": range(4, 257, 4)}
    if name in filters:
        if stride not in sizes[name]:
            raise ValueError(f"filter {name} of items of {stride} bytes")
        values = filters[name](values, count, stride)
    return values.tobytes()


def _attempt(decode: Any, count: int, size: int, data: bytes) -> NDArray:
    try:
        return np.asarray(decode(count, size, data))
    except (RuntimeError, MemoryError) as error:
        raise ValueError("a meshopt-compressed view cannot be decoded") from error
