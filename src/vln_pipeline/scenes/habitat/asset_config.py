"""Habitat's ``stage_config.json`` and ``object_config.json``: the mesh of an asset, its frame and its class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.dataset_config import Group
from vln_pipeline.scenes.habitat.frame import asset_to_habitat
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.objects import object_id

_MEND = "download the data set's folder whole"


@dataclass(frozen=True)
class Asset:
    """A mesh and what its configuration tells of it.

    Attributes:
        mesh: the file.
        to_habitat: (3, 3) from the mesh's frame to Habitat's, units included.
        semantic_id: of its class, or None.
    """

    mesh: Path
    to_habitat: NDArray[np.float64]
    semantic_id: int | None


def read(folder: Folder, file: Path, defaults: dict[str, Any], *, stage: bool) -> Asset:
    """Read an asset's configuration.

    Args:
        folder: root of the data set.
        file: the configuration.
        defaults: attributes that hold where it tells none.
        stage: whether it is a building's; the simulator takes objects for metres, whatever they tell.

    Raises:
        DataError: it cannot be read, its mesh is missing, or it shifts the origin.
    """
    name = folder.name(file)
    told = {**defaults, **folder.json(file)}
    to_habitat = _frame(name, told, stage=stage)
    try:
        semantic_id = told.get("semantic_id")
        asset = str(told["render_asset"])
        number = None if semantic_id is None else object_id(semantic_id)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(name, f"cannot be read ({type(error).__name__}: {error})", "download it again") from error
    return Asset(folder.file(asset, _MEND, file.parent, name), to_habitat, number)


def stage_frame(folder: Folder, file: Path, defaults: dict[str, Any]) -> NDArray[np.float64]:
    """Return the (3, 3) from the frame of a stage's meshes to Habitat's, units included; arguments as for ``read``.

    Raises:
        DataError: it cannot be read, or shifts the origin.
    """
    return _frame(folder.name(file), {**defaults, **folder.json(file)}, stage=True)


def _frame(name: str, told: dict[str, Any], *, stage: bool) -> NDArray[np.float64]:
    try:
        turn = asset_to_habitat(told.get("up", (0, 1, 0)), told.get("front", (0, 0, -1)))
        scale = np.array(told.get("scale", (1, 1, 1)), dtype=np.float64)
        scale = scale * float(told.get("units_to_meters", 1)) if stage else scale
        origin = np.array(told.get("origin", (0, 0, 0)), dtype=np.float64)
        if scale.shape != (3,) or not np.isfinite(scale).all() or not scale.all() or origin.shape != (3,):
            raise ValueError(f"scale {scale.tolist()}, origin {origin.tolist()}")
    except (TypeError, ValueError) as error:
        raise DataError(name, f"cannot be read ({type(error).__name__}: {error})", "download it again") from error
    if origin.any():
        raise DataError(name, f"shifts its origin to {origin.tolist()}", "give the asset's mesh that origin instead")
    return turn * scale


class AssetIndex:
    """Finds the configurations of one kind of asset by handle."""

    def __init__(self, folder: Folder, base: Path, group: Group, fallback: Sequence[str], suffix: str) -> None:
        """List the folders that a data set's configuration names.

        Args:
            folder: root of the data set.
            base: folder of the configuration, which its globs start from.
            group: the kind of asset.
            fallback: globs where the configuration names none.
            suffix: of the configurations, for instance ".object_config.json".
        """
        self._folder, self._base, self._suffix = folder, base, suffix
        self._files: dict[str, Path] = {}
        start = base.relative_to(folder.root).as_posix()
        for pattern in group.patterns.get(".json", tuple(fallback)):
            for place in folder.glob(f"{start}/{pattern}" if start != "." else pattern):
                for file in sorted(place.glob(f"*{suffix}")) if place.is_dir() else [place]:
                    if file.name.endswith(suffix):
                        self._files.setdefault(file.name.removesuffix(suffix), file)

    def find(self, handle: str) -> Path | None:
        """Return the configuration of a handle, which may hold folders, or None.

        Raises:
            DataError: the handle leads out of the data set.
        """
        direct = self._folder.find(f"{handle}{self._suffix}", self._base, handle)
        return direct or self._files.get(handle.rpartition("/")[2])
