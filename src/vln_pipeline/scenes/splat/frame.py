"""From the frame of a splat to the world: which axis is up, and how long a unit is."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.model import Axis
from vln_pipeline.scenes.mesh.orientation import to_z_up
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.config import SplatConfig
from vln_pipeline.scenes.splat.levels import detect_up, storey_height

_ROOM = (1.8, 8.0)
"""Least and greatest usual height of a room, metres."""
_USUAL = 2.6
"""Height of a usual room, metres."""
_MOST_TEXT = 2**20
_SHEAR = 1e-3
"""How far a similarity's axes may be from equally long and perpendicular, as a share of their length."""


def place(
    splat: Splat, config: SplatConfig, transform: Path | None, file: str
) -> tuple[NDArray[np.float64], list[str]]:
    """Return the (4, 4) similarity from a splat's frame to the world, and how it was found.

    Args:
        splat: the Gaussians.
        config: says what is known of their frame.
        transform: the file that ``config.transform`` names, or None.
        file: the splat's file name, for errors.

    Raises:
        DataError: up or scale is neither told nor evident, or what is told cannot be.
    """
    undone: NDArray[np.float64] = np.eye(4)
    if transform is not None:
        matrix, trained = read_transform(transform)
        if not trained:
            return matrix, [f"frame: by {transform.name}"]
        undone = np.linalg.inv(matrix).astype(np.float64)
    axis, evidence = _up(splat, undone, config, file)
    turned = np.eye(4)
    turned[:3, :3] = to_z_up(axis)
    upright = turned @ undone
    scale, reason = _scale(splat, upright, config, file)
    decisions = [f"up axis: {axis}, by {evidence}", f"scale: {scale:.6g} m per unit, by {reason}"]
    if transform is not None:
        decisions.insert(0, f"frame: that of the capture; {transform.name} of the training is undone")
    return np.diag([scale, scale, scale, 1.0]) @ upright, decisions


def read_transform(file: Path) -> tuple[NDArray[np.float64], bool]:
    """Return the (4, 4) similarity in a JSON file, and whether it is nerfstudio's, from the capture to the training.

    nerfstudio writes ``{"transform": 3 x 4, "scale": s}``; a point of the training is s times the transformed one
    (nerfstudio-project/nerfstudio, ``dataparsers/base_dataparser.py``).

    Raises:
        DataError: it holds neither, or a mirror or a shear.
    """
    mend = "give a JSON list of 4 rows of 4 numbers, or nerfstudio's dataparser_transforms.json"
    try:
        told = json.loads(regular(file, _MOST_TEXT).read_text(encoding="utf-8-sig"))
        trained = isinstance(told, dict) and "scale" in told and "transform" in told
        rows = np.array(told["transform"] if isinstance(told, dict) else told, dtype=np.float64)
        scale = float(told["scale"]) if trained else 1.0
    except (OSError, ValueError, OverflowError, TypeError, KeyError, RecursionError) as error:
        raise DataError(file.name, f"holds no matrix ({type(error).__name__})", mend) from error
    if rows.shape not in ((3, 4), (4, 4)) or not np.isfinite(rows).all() or not 0 < scale < np.inf:
        raise DataError(file.name, f"holds no finite 4 x 4 matrix, but one of shape {rows.shape}", mend)
    matrix = np.eye(4)
    matrix[:3] = scale * rows[:3]
    require_similarity(matrix, file.name)
    return matrix, trained


def require_similarity(matrix: NDArray[np.float64], subject: str) -> None:
    """Refuse a matrix that does more than turn, scale evenly and shift.

    Raises:
        DataError: it mirrors, shears, or has no size.
    """
    linear = matrix[:3, :3]
    determinant = float(np.linalg.det(linear))
    if determinant < 0:
        raise DataError(subject, "mirrors the scene", "mend the sign of one axis; a mirrored capture has no left")
    unit = np.cbrt(determinant)
    if not 1e-6 < unit < 1e6:
        raise DataError(subject, f"scales by {unit:.3g}", "give metres per unit of the file")
    if np.abs(linear.T @ linear / unit**2 - np.eye(3)).max() > _SHEAR:
        raise DataError(subject, "stretches or shears the scene", "give a turn, one scale and a shift")


def _up(splat: Splat, undone: NDArray[np.float64], config: SplatConfig, file: str) -> tuple[Axis, str]:
    if config.up == "auto":
        return detect_up(splat, undone, file)
    try:
        seen, evidence = detect_up(splat, undone, file)
    except DataError:
        return config.up, "scenes.splat.up; where level surface lies does not tell"
    doubt = "" if seen == config.up else f", though {seen} seems to be: {evidence}"
    return config.up, f"scenes.splat.up{doubt}"


def _scale(splat: Splat, upright: NDArray[np.float64], config: SplatConfig, file: str) -> tuple[float, str]:
    """Return metres per unit of the upright frame; that of ``upright`` itself counts apart."""
    height = storey_height(splat, upright)
    if config.scale is not None:
        metres = height * config.scale
        if height and not _ROOM[0] <= metres <= _ROOM[1]:
            cause = f"scenes.splat.scale {config.scale:g} makes rooms {metres:.3g} m high"
            raise DataError(
                file, cause, f"a room of {_USUAL} m has scale {_USUAL / height:.4g}; set that, or transform"
            )
        return config.scale, "scenes.splat.scale" + (f"; rooms are {metres:.2f} m high so" if height else "")
    if not height:
        hint = "no floor and ceiling were found to measure by"
    elif config.ceiling_height is not None:
        return (
            config.ceiling_height / height,
            f"scenes.splat.ceiling_height over {height:.4g} units of floor to ceiling",
        )
    else:
        hint = f"floor to ceiling is {height:.4g} units, which at {_USUAL} m is a scale of {_USUAL / height:.4g}"
    mend = f"set scenes.splat.scale (1 for captures in metres), ceiling_height or transform; {hint}"
    raise DataError(file, "tells no scale", mend)
