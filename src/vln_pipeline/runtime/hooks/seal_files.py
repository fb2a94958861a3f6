"""Tables and pages are sealed like items, and compared before they are read."""

import shutil
from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset, CatalogProtocol

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.durable import SEAL, require_sound, seal
from vln_pipeline.object_storage.sealed_object import SealedObject


class SealFiles:
    """Seals every version of a versioned dataset that is no item store."""

    def __init__(self) -> None:
        self._catalog: CatalogProtocol | None = None

    @hook_impl
    def before_pipeline_run(self, catalog: CatalogProtocol) -> None:
        """Learn what the names of datasets mean."""
        self._catalog = catalog

    @hook_impl
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Make room where the same run wrote before it was killed or requeued; Kedro would refuse to write again."""
        if dataset := self._plain(dataset_name):
            if remote := _remote(dataset):
                remote.delete()
            elif (folder := Path(dataset._get_load_path()).parent).exists():
                shutil.rmtree(folder)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Seal the version that was saved."""
        if dataset := self._plain(dataset_name):
            if remote := _remote(dataset):
                remote.seal()
            else:
                seal(Path(dataset._get_load_path()).parent)

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str) -> None:
        """Compare the version that will be read.

        Raises:
            DataError: it was damaged since it was written.
        """
        dataset = self._plain(dataset_name)
        if dataset is not None and dataset.exists():
            folder = Path(dataset._get_load_path()).parent
            if remote := _remote(dataset):
                remote.require_sound()
            elif (folder / SEAL).exists():  # else a person put it there
                require_sound(folder, contents=True)

    def _plain(self, name: str) -> AbstractVersionedDataset | None:
        dataset = None if self._catalog is None else self._catalog.get(name)
        versioned = isinstance(dataset, AbstractVersionedDataset) and dataset._version
        return dataset if versioned and not isinstance(dataset, ItemStore) else None


def _remote(dataset: AbstractVersionedDataset) -> SealedObject | None:
    """Return the object that a dataset reads and writes; None where it lies in a folder."""
    protocol, path = getattr(dataset, "_protocol", "file"), dataset._get_load_path()
    return None if protocol == "file" else SealedObject(f"{protocol}://{path.parent}", path.name)
