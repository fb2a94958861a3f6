import struct
import sys

import numpy as np
import pytest
from ktx2_fixture import ktx2

from vln_pipeline.scenes.mesh.ktx2 import DecoderMissingError, decode, is_ktx2


def blocks(height: int, width: int) -> np.ndarray:
    colors = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return np.kron(colors, np.ones((4, 4, 1), np.uint8))


def test_blocks_of_one_colour_come_back_exactly():
    image = blocks(3, 5)
    found, opacity = decode(ktx2(image), 64)
    np.testing.assert_array_equal(found, image)
    assert opacity == 1.0


def test_large_images_are_scaled_down():
    found, _ = decode(ktx2(np.full((64, 128, 3), (10, 200, 30), np.uint8)), 32)
    assert found.shape == (16, 32, 3)
    assert (np.abs(found.astype(int) - (10, 200, 30)) <= 1).all()


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.99])
def test_damaged_files_are_refused(share):
    whole = ktx2(blocks(4, 4))
    with pytest.raises(ValueError, match=r"."):
        decode(whole[: int(share * len(whole))], 64)


def test_absurd_sizes_and_other_payloads_are_refused():
    whole = bytearray(ktx2(blocks(2, 2)))
    with pytest.raises(ValueError, match=r"."):
        decode(bytes(whole[:20] + struct.pack("<2I", 60_000, 60_000) + whole[28:]), 64)
    with pytest.raises(ValueError, match="vkFormat 37"):
        decode(bytes(whole[:12] + struct.pack("<I", 37) + whole[16:]), 64)


def test_only_ktx2_is_taken_for_it():
    assert is_ktx2(ktx2(blocks(1, 1)))
    assert not is_ktx2(b"\x89PNG\r\n\x1a\n") and not is_ktx2(b"")


def test_missing_decoder_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opengl_basisu", None)
    with pytest.raises(DecoderMissingError, match=r"pip install vln-pipeline\[ktx2\]"):
        decode(ktx2(blocks(1, 1)), 64)
