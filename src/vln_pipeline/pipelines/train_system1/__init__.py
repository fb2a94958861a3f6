"""System 1 learned from exported walks."""

from vln_pipeline.pipelines.train_system1.pipeline import create_pipeline

__all__ = ["create_pipeline"]
