"""Wiring of the report stage."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.report.nodes import write_report

_INPUTS = [
    "scenes",
    "esdf",
    "pairs",
    "trajectories",
    "comparison",
    "footage",
    "labels",
    "selection",
    "lerobot",
    "parameters",
]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [Node(write_report, inputs=_INPUTS, outputs="report", name="write")],
        namespace="report",
        prefix_datasets_with_namespace=False,
    )
