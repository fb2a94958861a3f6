"""Wiring of the rendering stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.rendering.nodes import film_walks


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                film_walks,
                inputs=["scenes", "trajectories", "params:rendering", "params:seed"],
                outputs="footage",
                name="film",
            )
        ],
        namespace="rendering",
        prefix_datasets_with_namespace=False,
    )
