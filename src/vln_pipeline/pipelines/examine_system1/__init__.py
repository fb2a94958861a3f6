"""What System 1 learned, asked where the right answer is known."""

from vln_pipeline.pipelines.examine_system1.pipeline import create_pipeline

__all__ = ["create_pipeline"]
