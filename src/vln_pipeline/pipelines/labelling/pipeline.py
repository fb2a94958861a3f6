"""Wiring of the labelling stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.labelling.nodes import label_walks


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                label_walks,
                inputs=["scenes", "esdf", "trajectories", "footage", "params:labelling", "params:seed"],
                outputs="labels",
                name="label",
            )
        ],
        namespace="labelling",
        prefix_datasets_with_namespace=False,
    )
