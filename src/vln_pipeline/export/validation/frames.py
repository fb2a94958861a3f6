"""Images and videos: present, of the right size, decodable at the times the rows say."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, UnidentifiedImageError

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v30
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.masks import MASKS
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.video import KEYFRAME_DISTANCE
from vln_pipeline.regular_file import regular

_MODES = {"rgb": "RGB", "depth": "I;16"}


def problems(dataset: ExportedDataset) -> Iterator[str]:
    """Yield what is wrong."""
    filmed: dict[Path, int] = {}
    cameras: dict[Path, Camera] = {}
    for episode, row in enumerate(dataset.episodes):
        for camera in dataset.cameras_of(episode):
            yield from _cells(dataset, episode, camera) if dataset.is_v30 else _loose(dataset, episode, camera)
            if not dataset.has_videos:
                continue
            path = dataset.video_path(episode, camera.suffix)
            if dataset.is_v30:
                yield from _video_range(dataset, episode, camera, filmed.get(path, 0))
            filmed[path] = filmed.get(path, 0) + row["length"]
            cameras[path] = camera
            yield from _frames_decode(dataset, episode, camera)
    for path, count in filmed.items():
        for problem in _video(path, cameras[path], count, dataset.fps):
            yield f"{path.relative_to(dataset.root)}: {problem}"
    if not dataset.is_v30:
        yield from _strays(dataset)


def _video_range(dataset: ExportedDataset, episode: int, camera: Camera, first: int) -> Iterator[str]:
    row, key = dataset.episodes[episode], f"videos/{writer_v30.RGB}{camera.suffix}"
    told = (row[f"{key}/from_timestamp"], row[f"{key}/to_timestamp"])
    expected = (first / dataset.fps, (first + row["length"]) / dataset.fps)
    if not np.allclose(told, expected, rtol=0, atol=1e-6):
        yield f"episode {episode}: video times {told} should be {expected}"


def _frames_decode(dataset: ExportedDataset, episode: int, camera: Camera) -> Iterator[str]:
    """Decode the first, a middle and the last frame of an episode's video."""
    length = dataset.episodes[episode]["length"]
    start = 0.0
    if dataset.is_v30:
        start = dataset.episodes[episode][f"videos/{writer_v30.RGB}{camera.suffix}/from_timestamp"]
    for frame in sorted({0, length // 2, length - 1}):
        try:
            dataset.video_frame(episode, camera.suffix, start + frame / dataset.fps)
        except Exception as error:  # the decoder raises many kinds; each means the same to a reader
            yield f"episode {episode}, frame {frame}: the video does not decode ({error})"


def _video(path: Path, camera: Camera, count: int, fps: int) -> Iterator[str]:
    with av.open(str(regular(path))) as container:
        stream: Any = container.streams.video[0]
        if (stream.width, stream.height) != (camera.intrinsics.width, camera.intrinsics.height):
            yield f"is {stream.width}x{stream.height}, its camera {camera.intrinsics.width}x{camera.intrinsics.height}"
        if stream.average_rate != Fraction(fps) and count > 1:
            yield f"has {stream.average_rate} frames per second, not {fps}"
        packets = [packet.is_keyframe for packet in container.demux(stream) if packet.size]
    if len(packets) != count:
        yield f"has {len(packets)} frames, its episodes {count}"
    keys = np.flatnonzero(packets)
    if len(keys) == 0 or np.diff(np.r_[keys, len(packets)]).max() > KEYFRAME_DISTANCE:
        yield f"has keyframes more than {KEYFRAME_DISTANCE} frames apart"


def _loose(dataset: ExportedDataset, episode: int, camera: Camera) -> Iterator[str]:
    size = (camera.intrinsics.width, camera.intrinsics.height)
    for kind, mode in _MODES.items():
        for frame in range(dataset.episodes[episode]["length"]):
            path = dataset.loose_path(episode, kind, camera.suffix, frame)
            name = path.relative_to(dataset.root)
            try:
                with Image.open(regular(path)) as image:
                    if image.size != size or image.mode != mode:
                        yield f"{name} is {image.size} {image.mode}, not {size} {mode}"
                    image.load()
            except FileNotFoundError:
                yield f"{name} is missing"
            except (OSError, SyntaxError, UnidentifiedImageError, DataError) as error:
                yield f"{name} does not decode ({error})"


def _strays(dataset: ExportedDataset) -> Iterator[str]:
    """Find loose images of no episode: one too many shifts all later episodes for the loaders that sort names."""
    expected = {
        dataset.loose_path(episode, kind, camera.suffix, frame)
        for episode, row in enumerate(dataset.episodes)
        for camera in dataset.cameras_of(episode)
        for kind in _MODES
        for frame in range(row["length"])
    }
    for path in sorted((dataset.root / "videos").glob("*/observation.images.*/*")):
        if path not in expected:
            yield f"{path.relative_to(dataset.root)} belongs to no frame"


def _cells(dataset: ExportedDataset, episode: int, camera: Camera) -> Iterator[str]:
    size = (camera.intrinsics.height, camera.intrinsics.width)
    length = dataset.episodes[episode]["length"]
    for frame in sorted({0, length // 2, length - 1}):
        depth = dataset.depth(episode, camera.suffix, frame)
        where = f"episode {episode}, frame {frame}: depth{camera.suffix}"
        if depth.shape != size:
            yield f"{where} is {depth.shape}, not {size}"
        if depth.max() > writer_v30.LARGEST_DEPTH * dataset.depth_unit * (1 + 1e-6):
            yield f"{where} is beyond what the library reads"
        for kind in dataset.mask_kinds:
            mask = dataset.mask(episode, kind, camera.suffix, frame)
            named = {int(number) for number in dataset.mask_names(episode, kind)}
            where = f"episode {episode}, frame {frame}: {kind} mask{camera.suffix}"
            if mask.shape != size:
                yield f"{where} is {mask.shape}, not {size}"
            if unknown := set(np.unique(mask).tolist()) - named - {0}:
                yield f"{where} has ids that {MASKS} does not name: {sorted(unknown)[:5]}"
