"""Which walks carry information."""

from vln_pipeline.pipelines.filtering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
