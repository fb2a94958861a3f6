import av
import numpy as np
import pytest

from vln_pipeline.export.config import VideoConfig
from vln_pipeline.export.video import VideoFile, describe_video, encoded


def gradients(count, width, height):
    y, x = np.mgrid[:height, :width]
    return [
        np.stack([(x + 4 * n) % 200, (2 * y) % 200, np.full_like(x, 6 * n)], -1).astype(np.uint8) for n in range(count)
    ]


def written(path, frames, fps=10):
    shape = frames[0].shape[1], frames[0].shape[0], fps, VideoConfig(crf=10)
    with VideoFile(path, *shape) as video:
        video.add(encoded(frames, *shape))
    return path


@pytest.mark.parametrize("size", [(64, 48), (65, 47)])
@pytest.mark.parametrize("fps", [10, 30])
def test_frames_come_back_at_their_times(tmp_path, size, fps):
    frames = gradients(9, *size)
    with av.open(str(written(tmp_path / "a.mp4", frames, fps))) as container:
        shown = list(container.decode(container.streams.video[0]))
    np.testing.assert_allclose([picture.time for picture in shown], np.arange(9) / fps, atol=1e-9)
    for picture, frame in zip(shown, frames, strict=True):
        assert np.abs(picture.to_ndarray(format="rgb24").astype(int) - frame).mean() < 8
        assert picture.key_frame == (round(picture.time * fps) % 2 == 0)


def test_same_frames_give_the_same_file(tmp_path):
    frames = gradients(30, 320, 240)
    a, b = (written(tmp_path / name, frames).read_bytes() for name in ("a.mp4", "b.mp4"))
    assert a == b
    assert a.index(b"moov") < a.index(b"mdat")  # an index in front can be read from a stream


def test_description_is_that_of_the_file(tmp_path):
    with av.open(str(written(tmp_path / "a.mp4", gradients(3, 64, 48)))) as container:
        stream = container.streams.video[0]
        told = describe_video(64, 48, 10)
        assert stream.codec_context.codec.canonical_name == told["video.codec"]
        assert stream.codec_context.pix_fmt == told["video.pix_fmt"]
        assert (stream.width, stream.height) == (told["video.width"], told["video.height"])
