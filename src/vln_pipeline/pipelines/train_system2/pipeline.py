"""Wiring of the training of System 2."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_system2.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "params:train_system2", "params:seed"],
                outputs="system2",
                name="train",
            )
        ],
        namespace="train_system2",
        prefix_datasets_with_namespace=False,
    )
