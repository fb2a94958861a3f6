"""Wiring of the examination of System 2."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.examine_system2.nodes import examine_seeds, tell_figures


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                examine_seeds,
                inputs=["lerobot", "system2", "params:examine_system2", "params:train_system2", "params:seed"],
                outputs="system2_examinations",
                name="ask",
            ),
            Node(tell_figures, inputs=["system2_examinations"], outputs="system2_figures", name="tell"),
        ],
        namespace="examine_system2",
        prefix_datasets_with_namespace=False,
    )
