"""Wiring of the scenes stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.scenes.nodes import list_scenes


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [Node(list_scenes, inputs=["params:scenes", "params:seed"], outputs="scenes", name="load")],
        namespace="scenes",
        prefix_datasets_with_namespace=False,
    )
