"""Wiring of the export stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.export.nodes import export_scenes, join_scenes

_INPUTS = ["scenes", "esdf", "trajectories", "footage", "labels", "selection", "params:export", "params:seed"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(export_scenes, inputs=_INPUTS, outputs="lerobot", name="write"),
            Node(
                join_scenes,
                inputs=["lerobot", "params:export", "params:seed"],
                outputs="lerobot_joined",
                name="join",
            ),
        ],
        namespace="export",
        prefix_datasets_with_namespace=False,
    )
