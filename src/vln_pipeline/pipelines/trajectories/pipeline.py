"""Wiring of the trajectories stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.trajectories.nodes import plan_walks


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                plan_walks,
                inputs=["esdf", "pairs", "params:trajectories", "params:seed"],
                outputs="trajectories",
                name="plan",
            )
        ],
        namespace="trajectories",
        prefix_datasets_with_namespace=False,
    )
