"""Wiring of the vlnce pipeline."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.vlnce.filming import (
    annotate_episodes,
    export_episodes,
    film_episodes,
    give_account,
    join_episodes,
)
from vln_pipeline.pipelines.vlnce.nodes import (
    find_episodes,
    list_scenes,
    map_episode_scenes,
    walk_episodes,
    word_walks,
)

_CONFIG = ["params:vlnce", "params:seed"]
_FILMED = ["vlnce_trajectories", "vlnce_labels", "vlnce_footage"]


def create_pipeline() -> Pipeline:
    """Return the conversion as one box."""
    return Pipeline(
        [
            Node(find_episodes, inputs=_CONFIG[0], outputs="vlnce_episodes", name="read"),
            Node(list_scenes, inputs=["vlnce_episodes", *_CONFIG], outputs="vlnce_scenes", name="load"),
            Node(map_episode_scenes, inputs=["vlnce_scenes", _CONFIG[0]], outputs="vlnce_esdf", name="map"),
            Node(
                walk_episodes,
                inputs=["vlnce_esdf", "vlnce_episodes", _CONFIG[0]],
                outputs="vlnce_trajectories",
                name="walk",
            ),
            Node(word_walks, inputs=["vlnce_trajectories", "vlnce_episodes"], outputs="vlnce_labels", name="word"),
            Node(
                film_episodes,
                inputs=["vlnce_scenes", "vlnce_trajectories", *_CONFIG],
                outputs="vlnce_footage",
                name="film",
            ),
            Node(
                export_episodes,
                inputs=["vlnce_scenes", "vlnce_esdf", *_FILMED, *_CONFIG],
                outputs="vlnce_lerobot",
                name="write",
            ),
            Node(join_episodes, inputs=["vlnce_lerobot", *_CONFIG], outputs="vlnce_lerobot_joined", name="join"),
            Node(annotate_episodes, inputs=[*_FILMED, _CONFIG[0]], outputs="vlnce_streamvln", name="annotate"),
            Node(
                give_account,
                inputs=["vlnce_episodes", "vlnce_trajectories", "vlnce_labels", "vlnce_lerobot"],
                outputs="vlnce_account",
                name="account",
            ),
        ],
        namespace="vlnce",
        prefix_datasets_with_namespace=False,
    )
