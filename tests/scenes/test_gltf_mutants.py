"""Damaged compressed and instanced files load or are refused with one line; decoders in C++ neither crash nor hang."""

import struct

import numpy as np
import pytest
from gltf_room import Room
from mesh_rooms import load
from test_gltf_geometry_extensions import SHIFTS, draco, indexes, instanced, positions, quantised

from vln_pipeline.errors import DataError

WORDS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FC00000)
READERS = {
    "draco": lambda: draco(Room()),
    "meshopt": lambda: indexes(positions(Room()), "TRIANGLES"),
    "meshopt sequence": lambda: indexes(positions(Room()), "INDICES"),
    "instances": lambda: instanced(quantised(Room(), np.int16, True), TRANSLATION=SHIFTS).use(
        "EXT_mesh_gpu_instancing"
    ),
}


def damaged(whole: bytes, draw: np.random.Generator) -> bytes:
    data = bytearray(whole)
    # The binary chunk holds what the decoders read; the JSON is damaged elsewhere, and once in four times here.
    start = 20 if draw.random() < 0.25 else 28 + struct.unpack_from("<I", whole, 12)[0]
    at = int(draw.integers(start, len(data)))
    match int(draw.integers(4)):
        case 0:
            for place in draw.integers(start, len(data), size=int(draw.integers(1, 9))):
                data[int(place)] ^= 1 << int(draw.integers(8))
        case 1:
            at = min(at // 4 * 4, len(data) - 4)
            data[at : at + 4] = struct.pack("<I", WORDS[int(draw.integers(len(WORDS)))])
        case 2:
            data[at : at + 16] = draw.bytes(len(data[at : at + 16]))
        case _:
            data[at:] = bytes(len(data) - at)
    return bytes(data)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_300_mutants(tmp_path, reader):
    whole = READERS[reader]().bytes()
    (tmp_path / "room.glb").write_bytes(whole)
    assert len(load(tmp_path / "room.glb").parts) >= 2
    draw, refused = np.random.default_rng(7), 0
    for _ in range(300):
        (tmp_path / "room.glb").write_bytes(damaged(whole, draw))
        try:
            assert np.isfinite(load(tmp_path / "room.glb").bounds).all()
        except DataError as error:
            refused += 1
            assert "\n" not in str(error) and error.mend
    assert 0 < refused < 300
