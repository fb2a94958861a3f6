"""Wiring of the dagger pipeline."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.dagger.filming import export_roll_outs, film_roll_outs, walk_roll_outs
from vln_pipeline.pipelines.dagger.nodes import make_episodes, map_homes, roll_out_agents
from vln_pipeline.pipelines.trained_models import STORES

_CONFIG = ["params:dagger", "params:seed"]
_ROLLED = ["scenes", "dagger_esdf", "dagger_episodes", *STORES]
_FILMED = ["dagger_roll_outs", "dagger_trajectories", "dagger_footage"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(map_homes, inputs=["scenes", _CONFIG[0]], outputs="dagger_esdf", name="map"),
            Node(
                make_episodes,
                inputs=["dagger_esdf", "trajectories", "labels", _CONFIG[0]],
                outputs="dagger_episodes",
                name="ask",
            ),
            Node(roll_out_agents, inputs=[*_ROLLED, *_CONFIG], outputs="dagger_roll_outs", name="roll"),
            Node(
                walk_roll_outs, inputs=["dagger_roll_outs", "dagger_esdf"], outputs="dagger_trajectories", name="walk"
            ),
            Node(
                film_roll_outs,
                inputs=["scenes", "dagger_trajectories", *_CONFIG],
                outputs="dagger_footage",
                name="film",
            ),
            Node(
                export_roll_outs,
                inputs=["scenes", "dagger_esdf", *_FILMED, *_CONFIG],
                outputs="dagger_lerobot",
                name="write",
            ),
        ],
        namespace="dagger",
        prefix_datasets_with_namespace=False,
    )
