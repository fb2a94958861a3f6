"""Wiring of the comparison of agents."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.compare.nodes import compare_agents
from vln_pipeline.pipelines.trained_models import STORES

_CONFIG = ["params:compare", "params:seed"]
_DRIVEN = ["evaluate_results", "evaluate_drives", "evaluate_esdf"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                compare_agents,
                inputs=[*_DRIVEN, *STORES, *_CONFIG],
                outputs=["compared_agents", "compare_report"],
                name="compare",
            ),
        ],
        namespace="compare",
        prefix_datasets_with_namespace=False,
    )
