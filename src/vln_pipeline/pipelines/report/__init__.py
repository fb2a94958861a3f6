"""One page a person can read."""

from vln_pipeline.pipelines.report.pipeline import create_pipeline

__all__ = ["create_pipeline"]
