"""Wiring of the sampling stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.sampling.nodes import sample_pairs


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [Node(sample_pairs, inputs=["esdf", "params:sampling", "params:seed"], outputs="pairs", name="sample")],
        namespace="sampling",
        prefix_datasets_with_namespace=False,
    )
