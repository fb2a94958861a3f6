import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.rendering.encode import FrameWriter, quantise_depth
from vln_pipeline.rendering.frame import GeometryFrame


@given(st.floats(0, 80, width=32), st.sampled_from([1e-3, 1e-4]))
def test_depth_is_rounded_or_has_no_reading(metres, unit):
    stored = int(quantise_depth(np.array([[metres]], np.float32), unit)[0, 0])
    if round(metres / unit) <= 65535:
        assert abs(stored * unit - metres) <= unit * 0.5001
    else:
        assert stored == 0


def test_the_largest_reading_is_kept_and_the_next_one_is_not():
    depth = np.array([[6.5535, 6.5536, 7.0]], np.float32)
    np.testing.assert_array_equal(quantise_depth(depth, 1e-4), [[65535, 0, 0]])


def frame(value: int) -> GeometryFrame:
    ids = np.full((8, 10), value, np.uint16)
    return GeometryFrame(ids.astype(np.float32) / 1000, ids, ids + 1)


def test_masks_and_depth_are_lossless_and_colour_is_close(tmp_path):
    for kind in ("rgb", "depth", "semantic", "instance"):
        (tmp_path / kind).mkdir()
    rgb = np.tile(np.array([200, 40, 90], np.uint8), (8, 10, 1))
    with FrameWriter(95, threads=2) as writer:
        for number in range(20):
            writer.write(tmp_path, number, rgb, frame(number + 1), 1e-3)
    for number in range(20):
        for kind, value in (("depth", number + 1), ("semantic", number + 1), ("instance", number + 2)):
            stored = cv2.imread(str(tmp_path / kind / f"{number:04d}.png"), cv2.IMREAD_UNCHANGED)
            assert stored.dtype == np.uint16
            assert (stored == value).all()
        colour = cv2.imread(str(tmp_path / "rgb" / f"{number:04d}.jpg"), cv2.IMREAD_COLOR_RGB)
        assert np.abs(colour.astype(int) - rgb).max() <= 4


def test_a_file_that_cannot_be_written_is_reported(tmp_path):
    with pytest.raises(FileNotFoundError), FrameWriter(90, threads=1) as writer:
        writer.write(tmp_path / "missing", 0, np.zeros((8, 10, 3), np.uint8), frame(1), 1e-3)


def test_waiting_frames_are_bounded(tmp_path):
    for kind in ("rgb", "depth", "semantic", "instance"):
        (tmp_path / kind).mkdir()
    with FrameWriter(90, threads=1) as writer:
        for number in range(50):
            writer.write(tmp_path, number, np.zeros((8, 10, 3), np.uint8), frame(1), 1e-3)
            assert len(writer._waiting) <= 4
