"""Wiring of the esdf stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.esdf.nodes import map_scenes


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [Node(map_scenes, inputs=["scenes", "params:esdf"], outputs="esdf", name="map")],
        namespace="esdf",
        prefix_datasets_with_namespace=False,
    )
