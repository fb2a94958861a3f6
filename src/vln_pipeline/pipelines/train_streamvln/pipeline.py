"""Wiring of the training of StreamVLN."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_streamvln.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "params:train_streamvln", "params:seed"],
                outputs="streamvln",
                name="train",
            )
        ],
        namespace="train_streamvln",
        prefix_datasets_with_namespace=False,
    )
