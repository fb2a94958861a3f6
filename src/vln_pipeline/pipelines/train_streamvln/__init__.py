"""StreamVLN learned from exported walks."""

from vln_pipeline.pipelines.train_streamvln.pipeline import create_pipeline

__all__ = ["create_pipeline"]
