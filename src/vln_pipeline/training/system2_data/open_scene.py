"""Which kind of dataset a folder holds."""

from pathlib import Path

from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.writer import DIALECT
from vln_pipeline.training.system2_data.loose_scene import LooseScene
from vln_pipeline.training.system2_data.scene_folder import SceneFolder
from vln_pipeline.training.system2_data.stored_scene import StoredScene


def open_scene(folder: Path) -> SceneFolder | None:
    """Return a dataset of vln_ce; None for one of another dialect.

    Raises:
        DataError: the folder holds no dataset, or a broken one.
    """
    dataset = ExportedDataset(folder) if (folder / DIALECT).is_file() else None
    if dataset is not None and dataset.dialect != VlnCe.name:
        return None
    if dataset is not None and dataset.is_v30:
        return StoredScene(dataset)
    return LooseScene(folder, dataset)
