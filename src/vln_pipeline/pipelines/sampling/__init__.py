"""Start and goal pairs."""

from vln_pipeline.pipelines.sampling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
