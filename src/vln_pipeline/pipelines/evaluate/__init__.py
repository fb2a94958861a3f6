"""Closed-loop scores of agents that follow instructions."""

from vln_pipeline.pipelines.evaluate.pipeline import create_pipeline

__all__ = ["create_pipeline"]
