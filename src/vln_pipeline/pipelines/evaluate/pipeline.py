"""Wiring of the closed-loop evaluation."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.evaluate.driving import drive_episodes
from vln_pipeline.pipelines.evaluate.nodes import (
    diagnose_drives,
    film_homes,
    label_homes,
    list_homes,
    make_episodes,
    map_homes,
    plan_homes,
    sample_homes,
    score_drives,
    write_page,
)
from vln_pipeline.pipelines.trained_models import STORES

_CONFIG = ["params:evaluate", "params:seed"]
_WALKED = ["evaluate_scenes", "evaluate_esdf", "evaluate_trajectories", "evaluate_footage"]
_DRIVEN = ["evaluate_scenes", "evaluate_esdf", "evaluate_episodes", *STORES]
_SHOWN = ["evaluate_results", "evaluate_diagnosis", "evaluate_drives", "evaluate_scenes", "evaluate_esdf"]


def create_pipeline() -> Pipeline:
    """Return the evaluation as one box."""
    return Pipeline(
        [
            Node(list_homes, inputs=_CONFIG, outputs="evaluate_scenes", name="load"),
            Node(map_homes, inputs=["evaluate_scenes", _CONFIG[0]], outputs="evaluate_esdf", name="map"),
            Node(sample_homes, inputs=["evaluate_esdf", *_CONFIG], outputs="evaluate_pairs", name="sample"),
            Node(
                plan_homes,
                inputs=["evaluate_esdf", "evaluate_pairs", *_CONFIG],
                outputs="evaluate_trajectories",
                name="plan",
            ),
            Node(
                film_homes,
                inputs=["evaluate_scenes", "evaluate_trajectories", *_CONFIG],
                outputs="evaluate_footage",
                name="film",
            ),
            Node(label_homes, inputs=[*_WALKED, *_CONFIG], outputs="evaluate_labels", name="label"),
            Node(
                make_episodes,
                inputs=["evaluate_esdf", "evaluate_trajectories", "evaluate_labels", _CONFIG[0]],
                outputs="evaluate_episodes",
                name="ask",
            ),
            Node(drive_episodes, inputs=[*_DRIVEN, *_CONFIG], outputs="evaluate_drives", name="drive"),
            Node(score_drives, inputs=["evaluate_drives"], outputs="evaluate_results", name="score"),
            Node(
                diagnose_drives,
                inputs=["evaluate_drives", "evaluate_esdf", _CONFIG[0]],
                outputs="evaluate_diagnosis",
                name="diagnose",
            ),
            Node(write_page, inputs=[*_SHOWN, *_CONFIG], outputs="evaluate_report", name="write"),
        ],
        namespace="evaluate",
        prefix_datasets_with_namespace=False,
    )
