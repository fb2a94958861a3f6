"""Wiring of the filtering stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.filtering.nodes import select_walks


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [Node(select_walks, inputs=["footage", "labels", "params:filtering"], outputs="selection", name="select")],
        namespace="filtering",
        prefix_datasets_with_namespace=False,
    )
