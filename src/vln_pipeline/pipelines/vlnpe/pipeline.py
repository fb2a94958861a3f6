"""Wiring of the vlnpe pipeline."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.vlnpe.filming import export_datasets, export_recordings, film_robots, join_robots
from vln_pipeline.pipelines.vlnpe.nodes import find_episodes, give_account, list_scenes, map_for_robots, walk_robots

_CONFIG = ["params:vlnpe", "params:seed"]


def create_pipeline() -> Pipeline:
    """Return the conversion as one box."""
    return Pipeline(
        [
            Node(find_episodes, inputs=_CONFIG[0], outputs="vlnpe_episodes", name="read"),
            Node(list_scenes, inputs=["vlnpe_episodes", *_CONFIG], outputs="vlnpe_scenes", name="load"),
            Node(map_for_robots, inputs=["vlnpe_scenes", _CONFIG[0]], outputs="vlnpe_esdf", name="map"),
            Node(
                walk_robots,
                inputs=["vlnpe_scenes", "vlnpe_esdf", "vlnpe_episodes", *_CONFIG],
                outputs="vlnpe_walks",
                name="walk",
            ),
            Node(
                film_robots,
                inputs=["vlnpe_scenes", "vlnpe_walks", *_CONFIG],
                outputs="vlnpe_footage",
                name="film",
            ),
            Node(
                export_recordings,
                inputs=["vlnpe_walks", "vlnpe_footage", _CONFIG[0]],
                outputs="vlnpe_recordings",
                name="record",
            ),
            Node(
                export_datasets,
                inputs=["vlnpe_scenes", "vlnpe_esdf", "vlnpe_walks", "vlnpe_footage", *_CONFIG],
                outputs="vlnpe_lerobot",
                name="write",
            ),
            Node(join_robots, inputs=["vlnpe_lerobot", *_CONFIG], outputs="vlnpe_lerobot_joined", name="join"),
            Node(give_account, inputs=["vlnpe_episodes", "vlnpe_walks"], outputs="vlnpe_account", name="account"),
        ],
        namespace="vlnpe",
        prefix_datasets_with_namespace=False,
    )
