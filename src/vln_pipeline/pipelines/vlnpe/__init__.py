"""Episodes of published benchmarks as robots of several builds record them."""

from vln_pipeline.pipelines.vlnpe.pipeline import create_pipeline

__all__ = ["create_pipeline"]
