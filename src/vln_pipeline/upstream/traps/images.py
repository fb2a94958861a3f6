"""Images that are missing, truncated, of another size, or depth that is none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.pictures import is_whole

_GET_AGAIN = "download the images again; training leaves the episode out"


def counts(dataset: UpstreamDataset, key: str) -> Iterator[Finding]:
    """Episodes with another number of images than rows, or with gaps in the numbers, and stray files."""
    pictures = dataset.pictures(key)
    wrong = {}
    for episode, rows in dataset.rows.items():
        count = pictures.count(episode)
        if count != rows:
            wrong[f"episode {episode}"] = f"{count} images, {rows} rows"
        elif pictures.has_gap(episode):
            wrong[f"episode {episode}"] = "a number is left out"
    where = f"videos/chunk-*/{key}"
    if wrong:
        found = f"images are not those of the rows {listed(wrong, len(dataset.rows))}"
        yield Finding(where, found, "frames and poses do not belong together", _GET_AGAIN)
    if pictures.strays:
        found = f"{len(pictures.strays)} files belong to no episode ({pictures.strays[0]})"
        yield Finding(where, found, "who lists the folder counts them as frames", "move them elsewhere")


def truncated(dataset: UpstreamDataset, key: str) -> Iterator[Finding]:
    """Images that do not end as a whole file does; some decoders fill them up with grey and say nothing."""
    pictures = dataset.pictures(key)
    broken = [path.name for path in pictures.paths if path.name not in pictures.strays and not is_whole(path)]
    if broken:
        found = f"files are empty, truncated or no images {listed(broken, len(pictures.paths), 'images')}"
        means = "some decoders fill them up with grey and say nothing"
        yield Finding(
            f"videos/chunk-*/{key}", found, means, "download them again; training draws other samples instead"
        )


def sizes(dataset: UpstreamDataset, key: str, feature: str) -> Iterator[Finding]:
    """First images of episodes of another size than ``info.json`` says, or than the first episode's.

    Args:
        dataset: to look at.
        key: folder of the images.
        feature: of ``info.json`` that describes them.
    """
    expected = declared_size(dataset, feature)
    told = "info.json says" if expected else "the first episode's are"
    wrong = {}
    for episode, path in _first_images(dataset, key):
        size, _ = header(path)
        expected = expected or size
        if size is not None and size != expected:
            wrong[f"episode {episode}"] = f"{size[0]}x{size[1]}"
    if wrong and expected:
        found = f"images are not {expected[0]}x{expected[1]}, as {told} {listed(wrong, len(dataset.rows))}"
        means = "camera intrinsics and pixel goals are those of another image"
        yield Finding(f"videos/chunk-*/{key}", found, means, "only who wrote them knows which is right")


def depth_format(dataset: UpstreamDataset, key: str) -> Iterator[Finding]:
    """Depth that is not 16-bit of one channel."""
    wrong = {}
    for episode, path in _first_images(dataset, key):
        _, mode = header(path)
        if mode is not None and not mode.startswith("I;16") and mode != "I":
            wrong[f"episode {episode}"] = f"mode {mode}"
    if wrong:
        found = f"depth is not 16-bit of one channel {listed(wrong, len(dataset.rows))}"
        yield Finding(f"videos/chunk-*/{key}", found, "it is a picture of depth, not depth", "export it again")


def header(path: Path) -> tuple[tuple[int, int] | None, str | None]:
    """Return an image's width and height, and its mode, by its header; None where it has none."""
    try:
        with Image.open(regular(path)) as image:
            return image.size, image.mode
    except (OSError, SyntaxError, ValueError, DataError):
        return None, None


def declared_size(dataset: UpstreamDataset, feature: str) -> tuple[int, int] | None:
    """Return width and height that ``info.json`` declares of a feature of images or videos."""
    features: Any = (dataset.info or {}).get("features")
    described = features.get(feature) if isinstance(features, dict) else None
    shape = described.get("shape") if isinstance(described, dict) else None
    if not isinstance(shape, list) or len(shape) != 3 or not all(isinstance(side, int) for side in shape):
        return None
    # Some describe images channels first.
    height, width = shape[1:] if shape[0] in (1, 3) and shape[2] not in (1, 3) else shape[:2]
    return width, height


def _first_images(dataset: UpstreamDataset, key: str) -> Iterator[tuple[int, Path]]:
    pictures = dataset.pictures(key)
    for episode in pictures.episodes:
        yield episode, pictures.frames(episode)[0]
