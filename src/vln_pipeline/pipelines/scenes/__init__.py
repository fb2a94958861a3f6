"""Scenes from their source."""

from vln_pipeline.pipelines.scenes.pipeline import create_pipeline

__all__ = ["create_pipeline"]
