"""All agents that drove the same episodes, beside one another."""

from vln_pipeline.pipelines.compare.pipeline import create_pipeline

__all__ = ["create_pipeline"]
