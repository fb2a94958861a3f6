"""System 2 learned from exported walks."""

from vln_pipeline.pipelines.train_system2.pipeline import create_pipeline

__all__ = ["create_pipeline"]
