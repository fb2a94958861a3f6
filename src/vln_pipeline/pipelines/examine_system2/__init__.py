"""What System 2 learned, asked in scenes that it never saw."""

from vln_pipeline.pipelines.examine_system2.pipeline import create_pipeline

__all__ = ["create_pipeline"]
