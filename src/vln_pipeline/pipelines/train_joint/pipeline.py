"""Wiring of the training of System 1 on latent plans."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_joint.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "system1", "system2", "params:train_joint", "params:seed"],
                outputs="joint",
                name="train",
            )
        ],
        namespace="train_joint",
        prefix_datasets_with_namespace=False,
    )
