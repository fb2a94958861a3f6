"""Item stores that the lineage page can show; it chooses how by the name of the annotation of ``preview``."""

import base64
from typing import Any

from kedro_datasets._typing import ImagePreview, TablePreview

from vln_pipeline.datasets.item import resolve
from vln_pipeline.datasets.item_store import ItemStore


class PicturedStore(ItemStore):
    """A store shown as a picture.

    Args:
        preview: dotted name of the function that makes PNG bytes from the loaded items.
        options: as for ``ItemStore``.
    """

    def __init__(self, *, preview: str, **options: Any) -> None:
        super().__init__(**options)
        self._preview = preview

    def preview(self) -> ImagePreview:
        """Return the picture of the latest version."""
        return ImagePreview(base64.b64encode(resolve(self._preview)(self.load())).decode())


class TabledStore(ItemStore):
    """A store shown as a table.

    Args:
        preview: dotted name of the function that makes a data frame from the loaded items.
        options: as for ``ItemStore``.
    """

    def __init__(self, *, preview: str, **options: Any) -> None:
        super().__init__(**options)
        self._preview = preview

    def preview(self) -> TablePreview:
        """Return the table of the latest version."""
        return TablePreview(resolve(self._preview)(self.load()).to_dict(orient="split"))
