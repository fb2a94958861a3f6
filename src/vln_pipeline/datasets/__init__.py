"""How things lie on disk."""

from vln_pipeline.datasets.item_store import ItemStore

__all__ = ["ItemStore"]
