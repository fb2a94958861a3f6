"""Collision-free walks between the pairs."""

from vln_pipeline.pipelines.trajectories.pipeline import create_pipeline

__all__ = ["create_pipeline"]
