"""Frames along the walks."""

from vln_pipeline.pipelines.rendering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
