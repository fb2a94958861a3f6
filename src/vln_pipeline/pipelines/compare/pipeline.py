"""Wiring of the comparison of agents."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.compare.nodes import compare_agents, write_page

_CONFIG = ["params:compare", "params:seed"]
_TRAINED = ["system2", "joint", "seq2seq", "cma", "rdp", "streamvln"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                compare_agents,
                inputs=["evaluate_results", *_TRAINED, *_CONFIG],
                outputs="compared_agents",
                name="compare",
            ),
            Node(
                write_page,
                inputs=["evaluate_results", "evaluate_drives", "evaluate_esdf", *_TRAINED, *_CONFIG],
                outputs="compare_report",
                name="write",
            ),
        ],
        namespace="compare",
        prefix_datasets_with_namespace=False,
    )
