"""Roll-outs of trained agents, as walks to learn from."""

from vln_pipeline.pipelines.dagger.pipeline import create_pipeline

__all__ = ["create_pipeline"]
