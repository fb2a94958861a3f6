"""Instructions for the walks."""

from vln_pipeline.pipelines.labelling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
