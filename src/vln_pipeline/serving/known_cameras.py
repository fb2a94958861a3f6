"""Which cameras the served networks learned from, and what to say to a robot with another one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vln_pipeline.config import first_fault
from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.official_export import told_in
from vln_pipeline.models.trained_cameras import TrainedCameras, read_cameras, read_record
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.refused import RefusedRequestError


class KnownCameras:
    """What each network learned from, as far as it is known.

    Args:
        learned: by the network's name, "system1" or "system2".
        strict: whether a robot with another camera is refused, not only told.
    """

    def __init__(self, learned: Mapping[str, TrainedCameras] | None = None, *, strict: bool = False) -> None:
        self._learned, self._strict = learned or {}, strict

    def told(self) -> dict[str, dict[str, Any]]:
        """Return the ranges by network, as JSON has them."""
        return {name: cameras.model_dump(mode="json") for name, cameras in self._learned.items()}

    def warnings(self, camera: CameraSetting) -> list[str]:
        """Return a line for each property of a robot's camera that a network did not learn from.

        Raises:
            RefusedRequestError: there is one, and the check is strict.
        """
        return self._checked({name: cameras.differences(camera) for name, cameras in self._learned.items()})

    def lens_warnings(self, lens: Intrinsics) -> list[str]:
        """Return the same for a robot that tells of nothing but its lens; raises the same."""
        return self._checked({name: cameras.lens_differences(lens) for name, cameras in self._learned.items()})

    def _checked(self, differences: Mapping[str, list[str]]) -> list[str]:
        found = [f"{name}: camera {phrase}" for name, phrases in differences.items() for phrase in phrases]
        if found and self._strict:
            raise RefusedRequestError(422, "; ".join(found))
        return found


def known_cameras(checkpoint: Path, system1: Path | None, given: Path | None) -> dict[str, TrainedCameras]:
    """Return what is known of the cameras that networks learned from.

    Args:
        checkpoint: folder of a System 2 where there is a ``system1`` besides, else folder or file of a NavDP.
        system1: folder of a System 1 on latent plans.
        given: file of what System 1 learned from, in place of its own record.

    Raises:
        DataError: a record cannot be read.
    """
    sources = {"system1": checkpoint} if system1 is None else {"system1": system1, "system2": checkpoint}
    known = {name: _record(source) for name, source in sources.items()}
    if given is not None:
        known["system1"] = read_record(given)
    return {name: cameras for name, cameras in known.items() if cameras is not None}


def _record(checkpoint: Path) -> TrainedCameras | None:
    if checkpoint.is_dir():
        return read_cameras(checkpoint)
    told = told_in(checkpoint)
    if not isinstance(told, dict) or told.get("cameras") is None:
        return None
    try:
        return TrainedCameras.model_validate(told["cameras"])
    except ValidationError as error:
        cause = f"its record of cameras makes no sense: {first_fault(error, 'cameras')}"
        raise DataError(str(checkpoint), cause, "write the file anew") from error
