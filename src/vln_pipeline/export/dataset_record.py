"""What a dataset says of itself in ``meta/info.json`` and ``meta/dialect.json``, read strictly."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from vln_pipeline.config import first_fault
from vln_pipeline.errors import DataError
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.writer import DIALECT, INFO, SceneFacts
from vln_pipeline.regular_file import regular
from vln_pipeline.rendering.camera import Intrinsics

_SETTING = r"\d+cm_-?\d+deg"
_LARGEST_SIDE = 16_384
"""Pixels of an image: whoever makes arrays of a camera's size has room for them."""

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Side = Annotated[int, Field(ge=1, le=_LARGEST_SIDE)]
_Model = TypeVar("_Model", bound=BaseModel)


class _Intrinsics(BaseModel):
    width: _Side
    height: _Side
    fx: _Positive
    fy: _Positive
    cx: _Finite
    cy: _Finite


class _Camera(BaseModel):
    height: _Finite
    pitch: _Finite
    suffix: str
    intrinsics: _Intrinsics


class _Info(BaseModel):
    codebase_version: str
    fps: int = Field(ge=1)
    chunks_size: int = Field(ge=1)
    features: dict[str, dict[str, Any]]


class DatasetRecord(BaseModel):
    """What LeRobot's own files have no place for.

    Attributes:
        dialect: name of the layout.
        scenes: at least one.
        labellers: who wrote the instructions.
        depth_unit: metres per unit of the depth images.
        sways: whether the bodies of robots do.
        cameras: by setting.
    """

    dialect: str
    scenes: tuple[SceneFacts, ...] = Field(min_length=1)
    labellers: tuple[str, ...]
    depth_unit: _Positive
    sways: bool = False
    cameras: dict[str, _Camera]

    def known_cameras(self, subject: str) -> dict[str, Camera]:
        """Return the cameras by setting.

        Raises:
            DataError: the name or suffix of one is none of this exporter's.
        """
        for name, told in self.cameras.items():
            # Names become part of paths; nothing that a file says may lead out of the dataset's folder.
            if not re.fullmatch(_SETTING, name) or told.suffix not in ("", f".{name}"):
                raise DataError(subject, f"camera {name!r} with suffix {told.suffix!r} is not known")
        return {
            name: Camera(name, c.suffix, c.height, c.pitch, Intrinsics(**dict(c.intrinsics)))
            for name, c in self.cameras.items()
        }


def read_record(root: Path) -> tuple[dict[str, Any], DatasetRecord]:
    """Return the content of ``meta/info.json`` as it stands, and the record of ``meta/dialect.json``.

    Raises:
        DataError: the folder holds no dataset of this exporter, or one of the two is damaged.
    """
    subject = root.resolve().name
    if not any((root / name).exists() for name in (INFO, DIALECT)):
        mend = "give the folder of one dataset, such as vln_ce/v3.0 in that of an exported scene"
        raise DataError(subject, f"holds no {INFO}", mend)
    if not (root / DIALECT).exists():
        cause = f"is a LeRobot dataset without {DIALECT}: another program made it, or lerobot's tools edited it"
        raise DataError(subject, cause, "give one as it was exported; lerobot-dataset-viz shows others")
    info = _content(root, INFO, subject)
    _valid(_Info, info, INFO, subject)
    return info, _valid(DatasetRecord, _content(root, DIALECT, subject), DIALECT, subject)


def _content(root: Path, name: str, subject: str) -> Any:
    try:
        return json.loads(regular(root / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        cause = f"not a readable dataset ({name}: {type(error).__name__}: {told})"
        raise DataError(subject, cause, "export the scene again") from error


def _valid(kind: type[_Model], content: Any, name: str, subject: str) -> _Model:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        cause = f"not a readable dataset ({name}: {first_fault(error, whole='its content')})"
        raise DataError(subject, cause, "export the scene again") from error
