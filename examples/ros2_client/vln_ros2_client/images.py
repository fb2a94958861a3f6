"""sensor_msgs/Image as arrays, and as the files that the server reads."""

import struct
import zlib

import numpy as np

_COLOURS = {"rgb8": (0, 1, 2), "bgr8": (2, 1, 0), "rgba8": (0, 1, 2), "bgra8": (2, 1, 0)}
_DEPTHS = {"16UC1": (np.uint16, 1e-3), "32FC1": (np.float32, 1.0)}


def colours(message):
    """Return (h, w, 3) RGB of a colour image.

    Raises:
        ValueError: its encoding is not known.
    """
    if message.encoding not in _COLOURS:
        raise ValueError(f"colour image of encoding {message.encoding!r}; known are {', '.join(_COLOURS)}")
    channels = 4 if "a8" in message.encoding else 3
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)[:, : channels * message.width]
    return np.ascontiguousarray(rows.reshape(message.height, message.width, channels)[..., _COLOURS[message.encoding]])


def metres(message):
    """Return (h, w) metres of a depth image, 0 where nothing was measured.

    Raises:
        ValueError: its encoding is not known.
    """
    if message.encoding not in _DEPTHS:
        raise ValueError(f"depth image of encoding {message.encoding!r}; known are {', '.join(_DEPTHS)}")
    kind, unit = _DEPTHS[message.encoding]
    kind = np.dtype(kind).newbyteorder(">" if message.is_bigendian else "<")
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    values = rows[:, : kind.itemsize * message.width].copy().view(kind).astype(np.float32) * unit
    return np.where(np.isfinite(values), values, 0.0)


def png(pixels):
    """Return the PNG file of (h, w, 3) uint8, or of (h, w) metres as 16 bits in units of 0.1 mm."""
    deep = pixels.ndim == 2
    if deep:
        pixels = np.clip(np.rint(pixels * 1e4), 0, 65535).astype(">u2")
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16 if deep else 8, 0 if deep else 2, 0, 0, 0)
    chunks = [b"IHDR" + head, b"IDAT" + zlib.compress(rows, 1), b"IEND"]
    framed = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)
