"""Wiring of the probes of System 1."""

from kedro.pipeline import Node, Pipeline

from vln_pipeline.pipelines.examine_system1.nodes import (
    list_probe_scenes,
    map_probe_scenes,
    probe_agents,
    tell_verdicts,
    write_page,
)

_CONFIG = ["params:examine_system1", "params:seed"]


def create_pipeline() -> Pipeline:
    """Return the stage as one box."""
    return Pipeline(
        [
            Node(list_probe_scenes, inputs=_CONFIG, outputs="probe_scenes", name="load"),
            Node(map_probe_scenes, inputs=["probe_scenes", _CONFIG[0]], outputs="probe_esdf", name="map"),
            Node(
                probe_agents,
                inputs=["probe_scenes", "probe_esdf", "system1", *_CONFIG],
                outputs="system1_probes",
                name="ask",
            ),
            Node(tell_verdicts, inputs=["system1_probes"], outputs="system1_verdicts", name="tell"),
            Node(
                write_page,
                inputs=["system1_verdicts", "system1_probes", *_CONFIG],
                outputs="system1_probes_report",
                name="write",
            ),
        ],
        namespace="examine_system1",
        prefix_datasets_with_namespace=False,
    )
