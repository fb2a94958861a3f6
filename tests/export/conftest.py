from dataclasses import replace
from types import SimpleNamespace

import drawn_room
import pytest

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene

WALKS = (
    drawn_room.trajectory(0),
    drawn_room.trajectory(1, actions=[1, 1, 1, 2, 2, 1, 1, 1, 1], start=(1.0, 1.0, 0.0, 1.0), frames=34),
    drawn_room.trajectory(2, start=(5.0, 4.0, 0.0, -2.0), frames=37),
)


@pytest.fixture
def export(tmp_path):
    """Export walks of the drawn room; returns the item's folder."""

    def run(name="export", config=None, trajectories=WALKS[:1], walks=None, provenance=None, scene="room", labels=None):
        walks = drawn_room.walks_of(tmp_path / f"footage of {name}", trajectories) if walks is None else walks
        walks = [replace(walk, labels=labels(walk.trajectory)) for walk in walks] if labels else walks
        told = {"command": "pytest"} if provenance is None else provenance
        where = tmp_path / name
        room, nav = replace(drawn_room.scene(), id=scene), drawn_room.navigation()
        export_scene(walks, room, nav, config or ExportConfig(), where, seed=7, provenance=told)
        return where

    return run


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """All dialects and versions of three walks, not to be altered; with the footage they were made from."""
    folder = tmp_path_factory.mktemp("exported")
    walks = drawn_room.walks_of(folder / "footage", WALKS)
    directory = folder / "export"
    told = {"command": "pytest"}
    export_scene(
        iter(walks), drawn_room.scene(), drawn_room.navigation(), ExportConfig(), directory, seed=7, provenance=told
    )
    return SimpleNamespace(directory=directory, walks=walks, footage=walks[0].footage)
