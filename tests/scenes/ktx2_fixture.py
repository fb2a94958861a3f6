"""Writes KTX2 images of UASTC blocks, each of one colour (Khronos KTX 2.0; Basis Universal, UASTC mode 8)."""

import struct

import numpy as np

_VOID_EXTENT = (0x17, 5)
"""Code of mode 8 and its length in bits; eight bits for each of red, green, blue and alpha follow."""


def _block(color: np.ndarray) -> bytes:
    bits, at = 0, 0
    for value, width in (_VOID_EXTENT, *((int(c), 8) for c in color), (255, 8)):
        bits |= value << at
        at += width
    return bits.to_bytes(16, "little")


def ktx2(image: np.ndarray) -> bytes:
    """Pack an (h, w, 3) image whose aligned 4 x 4 blocks are of one colour each."""
    height, width = image.shape[:2]
    blocks = image[::4, ::4]
    assert (np.kron(blocks, np.ones((4, 4, 1), np.uint8)) == image).all()
    data = b"".join(_block(color) for row in blocks for color in row)
    # Data format descriptor: colour model UASTC (166), BT.709 primaries (1), sRGB transfer (2), 4 x 4 texels, 16 bytes.
    basic = struct.pack("<2I4B4B8B", 0, 2 | 40 << 16, 166, 1, 2, 0, 3, 3, 0, 0, 16, *[0] * 7)
    sample = struct.pack("<HBB4BII", 0, 127, 0, 0, 0, 0, 0, 0, 0xFFFFFFFF)
    descriptor = struct.pack("<I", 4 + len(basic) + len(sample)) + basic + sample
    header = b"\xabKTX 20\xbb\r\n\x1a\n" + struct.pack("<9I", 0, 1, width, height, 0, 0, 1, 1, 0)
    at = len(header) + 32 + 24
    start = -(-(at + len(descriptor)) // 16) * 16
    index = struct.pack("<4I2Q", at, len(descriptor), 0, 0, 0, 0)
    level = struct.pack("<3Q", start, len(data), len(data))
    return (header + index + level + descriptor).ljust(start, b"\0") + data
