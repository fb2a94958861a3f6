"""H.264 video files that give the same bytes for the same frames."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray

from vln_pipeline.export.config import VideoConfig

KEYFRAME_DISTANCE = 2
"""Every other frame is a keyframe, so that any frame is reached by decoding two."""


@dataclass(frozen=True)
class EncodedFrame:
    """A frame as a file holds it.

    Attributes:
        data: the encoder's bytes.
        is_keyframe: whether it is decoded without the one before it.
    """

    data: bytes
    is_keyframe: bool


def encoded(
    images: Iterable[NDArray[np.uint8]], width: int, height: int, fps: int, config: VideoConfig
) -> tuple[EncodedFrame, ...]:
    """Return frames encoded by themselves, for any number of files of this size and these settings.

    One encoder thread, because the slices of several depend on how many there are; no B-frames and no keyframes at
    cuts, so that the distance of keyframes is what it says.

    Args:
        images: (h, w, 3) RGB.
        width: of a frame, pixels; odd sizes are stored without chroma subsampling, which needs even ones.
        height: of a frame, pixels.
        fps: frames per second.
        config: encoder settings.
    """
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = pixel_format(width, height)
    encoder.framerate, encoder.time_base = Fraction(fps), Fraction(1, fps)
    encoder.options = _options(config)
    encoder.flags |= Flags.global_header  # an mp4 has the stream's parameters in front, once
    pictures = (av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24") for image in images)
    packets = [packet for picture in chain(pictures, [None]) for packet in encoder.encode(picture)]
    return tuple(EncodedFrame(bytes(packet), packet.is_keyframe) for packet in packets)


class VideoFile:
    """An mp4 that encoded frames are added to; a context that finishes the file.

    Args:
        path: file to write; its folder is made.
        width, height: frame size, pixels.
        fps: frames per second.
        config: settings of the encoder of all frames.

    Attributes:
        frames: frames added so far.
        size: bytes written so far.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int, config: VideoConfig) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frames, self.size = 0, 0
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        # Encodes nothing: it writes the parameters of the stream, which those of every encoder of these settings are.
        self._stream: Any = self._container.add_stream("libx264", fps, options=_options(config))
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = pixel_format(width, height)
        self._time_base = Fraction(1, fps)

    def add(self, frames: Iterable[EncodedFrame]) -> None:
        """Append frames, of which the first is a keyframe."""
        for frame in frames:
            packet = av.Packet(frame.data)
            packet.stream, packet.time_base = self._stream, self._time_base
            packet.pts = packet.dts = self.frames
            packet.duration, packet.is_keyframe = 1, frame.is_keyframe
            self._container.mux(packet)
            self.frames += 1
            self.size += len(frame.data)

    def close(self) -> None:
        """Finish the file."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _options(config: VideoConfig) -> dict[str, str]:
    # Looking ahead gains nothing at this distance of keyframes, and now and then gave other bytes for equal frames.
    look = {"tune": "zerolatency", "x264-params": "mbtree=0:rc-lookahead=0:sliced-threads=0:weightp=0"}
    options = {"g": str(KEYFRAME_DISTANCE), "bf": "0", "sc_threshold": "0", "threads": "1", **look}
    return options | {"crf": str(config.crf), "preset": config.preset}


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
