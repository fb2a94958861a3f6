"""Wiring of the training of CMA."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_cma.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "params:train_cma", "params:seed"],
                outputs="cma",
                name="train",
            )
        ],
        namespace="train_cma",
        prefix_datasets_with_namespace=False,
    )
