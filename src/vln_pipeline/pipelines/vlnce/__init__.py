"""Episodes of published benchmarks as datasets."""

from vln_pipeline.pipelines.vlnce.pipeline import create_pipeline

__all__ = ["create_pipeline"]
