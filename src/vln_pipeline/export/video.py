"""H.264 video files that give the same bytes for the same frames."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.config import VideoConfig

KEYFRAME_DISTANCE = 2
"""Every other frame is a keyframe, so that any frame is reached by decoding two."""


class VideoFile:
    """An mp4 that frames are added to; a context that finishes the file.

    One encoder thread, because the slices of several depend on how many there are; no B-frames and no keyframes at
    cuts, so that the distance of keyframes is what it says.

    Args:
        path: file to write; its folder is made.
        width, height: frame size, pixels; odd sizes are stored without chroma subsampling, which needs even ones.
        fps: frames per second.
        config: encoder settings.

    Attributes:
        frames: frames added so far.
        size: bytes written so far.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int, config: VideoConfig) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frames, self.size = 0, 0
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        # Looking ahead gains nothing at this distance of keyframes, and now and then gave other bytes for equal frames.
        look = {"tune": "zerolatency", "x264-params": "mbtree=0:rc-lookahead=0:sliced-threads=0:weightp=0"}
        options = {"g": str(KEYFRAME_DISTANCE), "bf": "0", "sc_threshold": "0", "threads": "1", **look}
        options |= {"crf": str(config.crf), "preset": config.preset}
        self._stream: Any = self._container.add_stream("libx264", fps, options=options)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = pixel_format(width, height)

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Append a (h, w, 3) RGB frame."""
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        self._write(self._stream.encode(picture))
        self.frames += 1

    def _write(self, packets: list[Any]) -> None:
        for packet in packets:
            self.size += packet.size
            self._container.mux(packet)

    def close(self) -> None:
        """Write what the encoder still holds, and finish the file."""
        if self.frames:
            self._write(self._stream.encode())
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def pixel_format(width: int, height: int) -> str:
    """Return the stored pixel format for a frame size."""
    return "yuv444p" if width % 2 or height % 2 else "yuv420p"


def describe_video(width: int, height: int, fps: int) -> dict[str, Any]:
    """Return the ``info`` block of a video feature."""
    return {
        "video.height": height,
        "video.width": width,
        "video.codec": "h264",
        "video.pix_fmt": pixel_format(width, height),
        "video.is_depth_map": False,
        "video.fps": fps,
        "video.channels": 3,
        "has_audio": False,
    }
