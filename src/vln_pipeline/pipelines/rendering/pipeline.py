"""Wiring of the rendering stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.rendering.nodes import compare_scenes, film_walks

_INPUTS = ["scenes", "trajectories", "params:rendering", "params:seed"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(film_walks, inputs=_INPUTS, outputs="footage", name="film"),
            Node(compare_scenes, inputs=_INPUTS, outputs="comparison", name="compare"),
        ],
        namespace="rendering",
        prefix_datasets_with_namespace=False,
    )
