"""Seq2Seq learned from exported walks."""

from vln_pipeline.pipelines.train_seq2seq.pipeline import create_pipeline

__all__ = ["create_pipeline"]
