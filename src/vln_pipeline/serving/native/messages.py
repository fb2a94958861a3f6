"""Messages of the native contract."""

from typing import Annotated, Any, Literal

import msgpack
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from vln_pipeline.config import first_fault
from vln_pipeline.serving.refused import RefusedRequestError

_Number = Annotated[float, Field(ge=-1e6, le=1e6)]
_Edge = Annotated[int, Field(ge=1, le=4096)]
_Length = Annotated[float, Field(gt=0, le=1e5)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True, extra="forbid")


class Camera(_Message):
    """The robot's camera: pixels; metres above the floor; degrees downwards."""

    width: _Edge
    rows: _Edge
    fx: _Length
    fy: _Length
    cx: _Number
    cy: _Number
    height: _Length
    pitch: float = Field(ge=-90, le=90)


class Begin(_Message):
    """An episode begins."""

    type: Literal["begin"]
    camera: Camera
    seed: int = Field(default=0, ge=0, lt=2**63)
    instruction: str = Field(default="", max_length=4000)


class Goal(_Message):
    """Where to go, at the time of what is seen; without any attribute, explore."""

    point: tuple[_Number, _Number] | None = None
    """x forward, y left, metres."""
    pixel: tuple[_Number, _Number] | None = None
    """Column and row."""
    image: bytes | None = None
    """JPEG or PNG file of what the camera sees there."""


class See(_Message):
    """What the robot sees at one time."""

    type: Literal["see"]
    stamp: float = Field(ge=0, le=1e12)
    """Seconds, of the robot's own clock."""
    rgb: bytes
    """JPEG or PNG file."""
    depth: bytes
    """PNG file of 16 bits, 0.1 mm per unit."""
    pose: tuple[_Number, _Number, _Number]
    """Odometry at that time: x, y, metres, and yaw, radians, in a frame that stays in place."""
    goal: Goal | None = None


Told = Annotated[Begin | See, Field(discriminator="type")]
_TOLD: TypeAdapter[Begin | See] = TypeAdapter(Told)


def read(raw: bytes) -> Begin | See:
    """Return a message.

    Raises:
        RefusedRequestError: it is none; names the first key.
    """
    try:
        told = msgpack.unpackb(raw, strict_map_key=True, max_array_len=64, max_map_len=64, max_ext_len=0)
    except Exception as error:  # a decoder of hostile bytes raises what it likes
        raise RefusedRequestError(400, f"the message is no msgpack ({type(error).__name__})") from error
    try:
        return _TOLD.validate_python(told)
    except ValidationError as error:
        raise RefusedRequestError(422, first_fault(error, whole="message")) from error


def packed(told: dict[str, Any]) -> bytes:
    """Return the bytes of an answer."""
    return msgpack.packb(told)
