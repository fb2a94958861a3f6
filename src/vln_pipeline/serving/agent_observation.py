"""What InternNav's agents are told at each step."""

import base64
import binascii
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.serving.plain_pickle import array_of, read
from vln_pipeline.serving.refused import RefusedRequestError

DEPTH_UNIT = 10.0
"""Metres per unit of depth: its environments divide by their largest distance."""
_LONGEST = 4000


@dataclass(frozen=True)
class AgentObservation:
    """What one robot sees.

    Attributes:
        rgb: (h, w, 3) uint8 sRGB.
        depth: (h, w) float32 metres.
        instruction: the words.
        pose: (3,) x, y, metres, and yaw, radians, in a frame that stays in place.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    instruction: str
    pose: NDArray[np.float64]


def read_observation(encoded: str, pixels: int) -> AgentObservation:
    """Return the observation of the one robot that a step is about.

    Args:
        encoded: base64 of the pickle of a list with one dictionary: ``rgb`` (h, w, 3 or 4) uint8, ``depth`` (h, w) or
            (h, w, 1) in units of 10 m, ``instruction``, ``globalgps`` (x, y, z), metres, z up, and ``globalrotation``,
            a quaternion whose scalar comes first. Everything else in it is left alone.
        pixels: of an image at most.

    Raises:
        RefusedRequestError: it is none, or is about several robots.
    """
    try:
        told = read(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError) as error:
        raise RefusedRequestError(422, f"observation: it cannot be read as plain data ({error})") from error
    if not isinstance(told, list) or len(told) != 1 or not isinstance(told[0], dict):
        raise RefusedRequestError(422, "observation: it is no list with one robot's observation")
    fields = told[0]
    rgb, depth = _array(fields, "rgb"), _array(fields, "depth")
    if rgb.ndim != 3 or rgb.shape[2] not in (3, 4) or rgb.dtype != np.uint8 or not rgb.size:
        raise RefusedRequestError(422, "observation.rgb: it is no (h, w, 3) image of bytes")
    if rgb.shape[0] * rgb.shape[1] > pixels:
        raise RefusedRequestError(413, f"observation.rgb: it has more than {pixels} pixels")
    with np.errstate(over="ignore"):
        metres = depth.astype(np.float32) * np.float32(DEPTH_UNIT)
    if depth.shape not in (rgb.shape[:2], (*rgb.shape[:2], 1)) or not np.isfinite(metres).all():
        raise RefusedRequestError(422, "observation.depth: it is not of the image's size, or not finite")
    instruction = fields.get("instruction")
    if not isinstance(instruction, str) or not 0 < len(instruction) <= _LONGEST:
        raise RefusedRequestError(422, f"observation.instruction: it is no text of 1 to {_LONGEST} characters")
    colours = np.ascontiguousarray(rgb[..., :3])
    return AgentObservation(colours, metres.reshape(rgb.shape[:2]), instruction, _pose(fields))


def _pose(fields: dict[str, Any]) -> NDArray[np.float64]:
    place, turn = (_array(fields, name).astype(np.float64) for name in ("globalgps", "globalrotation"))
    if place.shape != (3,) or turn.shape != (4,) or not np.isfinite([*place, *turn]).all():
        raise RefusedRequestError(422, "observation.globalgps or .globalrotation: not 3 and 4 finite numbers")
    w, x, y, z = turn
    return np.array([place[0], place[1], math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))])


def _array(fields: dict[str, Any], name: str) -> NDArray:
    try:
        return array_of(fields[name])
    except (KeyError, ValueError) as error:
        raise RefusedRequestError(422, f"observation.{name}: it is missing, or no array") from error
