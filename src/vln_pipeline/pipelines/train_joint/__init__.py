"""System 1 learned behind the latent plans of System 2."""

from vln_pipeline.pipelines.train_joint.pipeline import create_pipeline

__all__ = ["create_pipeline"]
