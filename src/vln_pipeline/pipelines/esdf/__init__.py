"""Floors, free space and distance fields."""

from vln_pipeline.pipelines.esdf.pipeline import create_pipeline

__all__ = ["create_pipeline"]
