"""A plain reader of System 2's training samples from vln_ce folders, as the published loader goes about it.

It is what the data benchmark measures against: for every sample all frames of the walk up to its end are opened, both
views and depth, and images are altered, resized and cut into patches by Pillow and transformers.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.processing import Encoded, Processor
from vln_pipeline.training.system2_data.sample_table import Row

DEPTH_SIZE, FARTHEST = 224, 5.0


def sample(row: Row, processor: Processor, dialogue: Dialogue, random: np.random.Generator | None) -> Encoded:
    """Return a sample.

    Args:
        row: which one.
        processor: with the image processor of transformers.
        dialogue: puts it in words.
        random: of what images are altered by; None for not at all.
    """
    here, end = row.moment.frame, row.moment.frame + max(row.moment.ahead, 0)
    recording = row.source.recording
    views, floors, depths = [], [], []
    for frame in range(end + 1):
        views.append(opened(path(row, "rgb", recording.setting, frame, "jpg")).convert("RGB"))
        floors.append(opened(path(row, "rgb", recording.look_down_setting, frame, "jpg")).convert("RGB"))
        depth = opened(path(row, "depth", recording.look_down_setting, frame, "png"))
        small = depth.resize((DEPTH_SIZE, DEPTH_SIZE), Image.Resampling.NEAREST)
        depths.append(np.minimum(np.asarray(small, dtype=np.float32) / 1000, FARTHEST))
    count, size = processor.config.history, processor.config.view_size
    earlier = np.unique(np.linspace(0, here - 1, count).astype(int)) if here else []
    shown = [views[frame] if random is None else altered(views[frame], random) for frame in (*earlier, here)]
    *history, current = (np.asarray(view.resize((size, size), Image.Resampling.BICUBIC)) for view in shown)
    asked = dialogue.ask(row.instruction, history, current)
    if row.moment.kind == "turn":
        return processor.encode(asked.answered(row.moment.moves))
    if row.moment.kind == "stop":
        return processor.encode(asked.answered("STOP"))
    floor = dialogue.look_down(asked.answered("↓"), np.asarray(floors[here]))
    return processor.encode(floor.answered(f"{row.moment.goal[0]} {row.moment.goal[1]}"))


def path(row: Row, kind: str, setting: str, frame: int, end: str) -> Path:
    """Return the file of an image."""
    name = f"episode_{row.episode:06d}_{frame}.{end}"
    return row.source.folder / f"videos/chunk-000/observation.images.{kind}.{setting}" / name


def opened(file: Path) -> Image.Image:
    """Return an image, decoded."""
    image = Image.open(file)
    image.load()
    return image


def altered(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Return an image with another brightness and saturation, perhaps fewer colours, sharper, richer in contrast."""
    image = ImageEnhance.Brightness(image).enhance(random.uniform(0.8, 1.2))
    image = ImageEnhance.Color(image).enhance(random.uniform(0.8, 1.2))
    if random.random() < 0.5:
        image = ImageOps.posterize(image, 4)
    if random.random() < 0.5:
        image = ImageEnhance.Sharpness(image).enhance(1.5)
    if random.random() < 0.5:
        image = ImageOps.autocontrast(image)
    return image
