"""How things lie on disk."""

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.datasets.previewed_stores import PicturedStore, TabledStore

__all__ = ["ItemStore", "PicturedStore", "TabledStore"]
