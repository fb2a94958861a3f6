"""Which cameras a checkpoint was trained for."""

import math
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator

from vln_pipeline.config import Config
from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import CameraSetting

FILE = "camera.json"
"""In the folder of a checkpoint."""
_Range = tuple[float, float]
_HEIGHT, _PITCH, _HFOV = 0.05, 3.0, 3.0
"""Metres and degrees by which a robot may differ without a word."""


class TrainedCamera(Config):
    """Least and greatest values of the cameras in the training data."""

    height: _Range
    """Metres above the floor."""
    pitch: _Range
    """Degrees downwards."""
    hfov: _Range
    """Horizontal field of view, degrees."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("height", "pitch", "hfov"):
            low, high = getattr(self, name)
            if not low <= high:
                raise ValueError(f"{name}: {low} is more than {high}")
        return self

    def differences(self, camera: CameraSetting) -> list[str]:
        """Return a line for each property of a robot's camera that training did not know."""
        lens = camera.intrinsics
        hfov = math.degrees(2 * math.atan(lens.width / 2 / lens.fx))
        told = [
            ("height", camera.height, self.height, _HEIGHT, "m"),
            ("pitch", camera.pitch, self.pitch, _PITCH, "degrees"),
            ("hfov", hfov, self.hfov, _HFOV, "degrees"),
        ]
        return [
            f"camera.{name} {value:.2f} {unit}: trained for {low:g} to {high:g} {unit}"
            for name, value, (low, high), slack, unit in told
            if not low - slack <= value <= high + slack
        ]


def read_trained_camera(file: Path) -> TrainedCamera:
    """Read the file.

    Raises:
        DataError: it is not there, or holds something else.
    """
    try:
        return TrainedCamera.model_validate_json(file.read_bytes())
    except OSError as error:
        raise DataError(str(file), f"cannot be read ({error.strerror})", "name a file that is there") from error
    except ValidationError as error:
        fault = error.errors()[0]
        cause = f"{'.'.join(map(str, fault['loc'])) or 'content'}: {fault['msg'][:200]}"
        raise DataError(str(file), cause, "give height, pitch and hfov, [least, greatest] each") from error
