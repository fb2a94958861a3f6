"""Wiring of the System-1 benchmark."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.evaluate_system1.driving import drive_episodes
from vln_pipeline.pipelines.evaluate_system1.nodes import (
    draw_scene_episodes,
    list_test_scenes,
    map_test_scenes,
    score_drives,
    write_page,
)

_CONFIG = ["params:evaluate_system1", "params:seed"]
_DRIVEN = ["test_scenes", "test_esdf", "system1_episodes", "system1"]


def create_pipeline() -> Pipeline:
    """Return the benchmark as one box."""
    return Pipeline(
        [
            Node(list_test_scenes, inputs=_CONFIG, outputs="test_scenes", name="load"),
            Node(map_test_scenes, inputs=["test_scenes", _CONFIG[0]], outputs="test_esdf", name="map"),
            Node(draw_scene_episodes, inputs=["test_esdf", *_CONFIG], outputs="system1_episodes", name="draw"),
            Node(drive_episodes, inputs=[*_DRIVEN, *_CONFIG], outputs="system1_drives", name="drive"),
            Node(score_drives, inputs=["system1_drives"], outputs="system1_results", name="score"),
            Node(
                write_page,
                inputs=["system1_results", "system1_drives", "test_scenes", "test_esdf", "system1", *_CONFIG],
                outputs="system1_report",
                name="write",
            ),
        ],
        namespace="evaluate_system1",
        prefix_datasets_with_namespace=False,
    )
