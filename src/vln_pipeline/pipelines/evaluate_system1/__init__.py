"""Closed-loop scores of local planners."""

from vln_pipeline.pipelines.evaluate_system1.pipeline import create_pipeline

__all__ = ["create_pipeline"]
