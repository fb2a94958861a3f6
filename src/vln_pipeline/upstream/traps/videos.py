"""Videos of another size or rate than ``info.json`` says."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.images import declared_size


def videos(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Videos that differ from their feature, or whose rate is not the dataset's."""
    features: Any = (dataset.info or {}).get("features")
    fps = (dataset.info or {}).get("fps")
    for key, described in features.items() if isinstance(features, dict) else ():
        if not isinstance(described, dict) or described.get("dtype") != "video" or "/" in key:
            continue
        paths = sorted(dataset.root.glob(f"videos/chunk-*/{key}/episode_*.mp4"))
        where = f"videos/chunk-*/{key}"
        broken, size, rate = {}, {}, {}
        expected = declared_size(dataset, key)
        for path in paths:
            found = _stream(path)
            if found is None:
                broken[path.name] = "does not open"
                continue
            width, height, frames_per_second = found
            if expected and (width, height) != expected:
                size[path.name] = f"{width}x{height}"
            if isinstance(fps, int | float) and frames_per_second != Fraction(fps).limit_denominator(1001):
                rate[path.name] = f"{float(frames_per_second):g}"
        if broken:
            text = f"videos are damaged {listed(broken, len(paths), 'videos')}"
            yield Finding(where, text, "they show nothing", "download them again; the loose images are what trains")
        if size and expected:
            text = f"videos are not {expected[0]}x{expected[1]}, as info.json says {listed(size, len(paths), 'videos')}"
            means = "pixels of images are not pixels of videos"
            yield Finding(where, text, means, "take frames from the loose images")
        if rate:
            text = f"videos do not have the {fps:g} frames a second of info.json {listed(rate, len(paths), 'videos')}"
            means = "LeRobot's library looks for frames at times that the video does not have"
            yield Finding(where, text, means, "take frames from the loose images")


def _stream(path: Path) -> tuple[int, int, Fraction] | None:
    """Return width, height and frames per second of a video, or None."""
    try:
        with av.open(str(regular(path))) as container:
            stream = container.streams.video[0]
            return (stream.width, stream.height, stream.average_rate) if stream.average_rate else None
    except (av.FFmpegError, OSError, IndexError, ValueError, DataError):
        return None
