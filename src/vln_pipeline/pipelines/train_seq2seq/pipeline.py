"""Wiring of the training of Seq2Seq."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.train_seq2seq.nodes import train_seeds


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(
                train_seeds,
                inputs=["lerobot", "params:train_seq2seq", "params:seed"],
                outputs="seq2seq",
                name="train",
            )
        ],
        namespace="train_seq2seq",
        prefix_datasets_with_namespace=False,
    )
