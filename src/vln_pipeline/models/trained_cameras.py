"""Which cameras a network learned from, kept beside its weights: it drives well only through such ones."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.network_folder import read_config
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

CAMERAS = "cameras.json"

Range = tuple[float, float]
"""The least and the largest value."""

_MARGINS = {"height": 0.15, "pitch": 6.0, "hfov": 6.0, "vfov": 6.0}
_UNITS = {"height": "m", "pitch": "degrees", "hfov": "degrees", "vfov": "degrees"}


class TrainedCameras(Config):
    """What the cameras of a training's frames had in common; each value lies between two."""

    height: Range
    """Above the ground, metres."""
    pitch: Range
    """Downward tilt, degrees."""
    hfov: Range | None = None
    """Horizontal field of view, degrees; None where a dataset did not tell it."""
    vfov: Range | None = None
    """Vertical field of view, degrees; None where a dataset did not tell it."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in type(self).model_fields:
            span: Range | None = getattr(self, name)
            if span is not None and not span[0] <= span[1]:
                raise ValueError(f"{name}: {span[0]} is more than {span[1]}")
        return self

    @classmethod
    def of(cls, cameras: Iterable[tuple[float, float, Intrinsics | None]]) -> Self:
        """Return what cameras have in common.

        Args:
            cameras: height, metres, downward tilt, degrees, and lens of each, None where it is not known; at least one.
        """
        heights, pitches, lenses = zip(*cameras, strict=True)
        known = [_fields_of_view(lens) for lens in lenses if lens is not None]
        fields = zip(*known, strict=True) if len(known) == len(lenses) else ()
        spans = [(round(min(found), 3), round(max(found), 3)) for found in (heights, pitches, *fields)]
        return cls(**dict(zip(cls.model_fields, spans, strict=False)))

    def off(self, pitch: float) -> float:
        """Return by how many degrees a downward tilt lies outside of those that were learned from."""
        return max(self.pitch[0] - pitch, pitch - self.pitch[1], 0.0)

    def differences(self, camera: CameraSetting) -> list[str]:
        """Return a phrase for each property of a camera that is not what was learned from, within a margin.

        Margins are 0.15 m and 6 degrees: ours, about what a robot's mounting and a lens differ by.
        """
        place = self._differences({"height": camera.height, "pitch": camera.pitch})
        return place + self.lens_differences(camera.intrinsics)

    def lens_differences(self, lens: Intrinsics) -> list[str]:
        """Return the same for the fields of view alone, where nobody tells where the camera is."""
        return self._differences(dict(zip(("hfov", "vfov"), _fields_of_view(lens), strict=True)))

    def _differences(self, found: Mapping[str, float]) -> list[str]:
        learned: dict[str, Range | None] = {name: getattr(self, name) for name in found}
        return [
            f"{name} {found[name]:.3g} {_UNITS[name]}, learned from {_told(span)}"
            for name, span in learned.items()
            if span is not None and not span[0] - _MARGINS[name] <= found[name] <= span[1] + _MARGINS[name]
        ]

    def write(self, directory: Path) -> None:
        """Write the record beside a network's weights."""
        (directory / CAMERAS).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_cameras(directory: Path) -> TrainedCameras | None:
    """Return the record beside a network's weights; None where there is none, as beside published weights.

    Raises:
        DataError: the file is broken.
    """
    path = directory / CAMERAS
    return read_record(path) if path.is_file() else None


def read_record(path: Path) -> TrainedCameras:
    """Return a record of cameras.

    Raises:
        DataError: the file is missing or broken.
    """
    return read_config(path, TrainedCameras, "record of cameras", "a checkpoint")


def _fields_of_view(lens: Intrinsics) -> tuple[float, float]:
    sizes = ((lens.width, lens.fx), (lens.height, lens.fy))
    horizontal, vertical = (math.degrees(2 * math.atan(size / 2 / focal)) for size, focal in sizes)
    return horizontal, vertical


def _told(span: Range) -> str:
    low, high = span
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
