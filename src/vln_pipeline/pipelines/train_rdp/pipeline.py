"""Wiring of the training of RDP."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_rdp.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "params:train_rdp", "params:seed"],
                outputs="rdp",
                name="train",
            )
        ],
        namespace="train_rdp",
        prefix_datasets_with_namespace=False,
    )
