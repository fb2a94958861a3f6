import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))

import drawn_room

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.training.navdp.config import TrainSystem1Config

WALKS = (
    drawn_room.trajectory(0, start=(1.0, 2.5, 0.0, 0.3), frames=60),
    drawn_room.trajectory(1, start=(1.0, 1.0, 0.0, 1.0), frames=50, bend=0.04),
    drawn_room.trajectory(2, start=(5.0, 4.0, 0.0, -2.0), frames=45, bend=-0.06),
)

CE_WALKS = tuple(drawn_room.trajectory(n, start=(1.0, 2.5, 0.0, 0.3 + 0.2 * n)) for n in range(3))


@pytest.fixture(scope="session")
def room_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a vln_n1 dataset of three walks of the drawn room, not to be altered."""
    folder = tmp_path_factory.mktemp("room")
    walks = drawn_room.walks_of(folder / "footage", WALKS)
    config = ExportConfig(dialects=("vln_n1",), versions=("v2.1",))
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, config, folder / "e", seed=7, provenance={"command": "pytest"})
    return folder / "e"


@pytest.fixture(scope="session")
def ce_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with vln_ce datasets of both versions of three discrete walks, not to be altered."""
    folder = tmp_path_factory.mktemp("ce_room")
    walks = drawn_room.walks_of(folder / "footage", CE_WALKS)
    config = ExportConfig(dialects=("vln_ce",), versions=("v2.1", "v3.0"))
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, config, folder / "e", seed=7, provenance={"command": "pytest"})
    return folder / "e"


@pytest.fixture(scope="session")
def small() -> TrainSystem1Config:
    """A training of seconds."""
    return TrainSystem1Config(
        steps=6,
        batch_size=5,
        validation_batches=1,
        validate_every=3,
        save_every=2,
        optimiser={"learning_rates": {"*": 1e-3}},
        network={
            "image_size": 28,
            "position_grid": 2,
            "vit_dim": 16,
            "vit_depth": 1,
            "vit_heads": 2,
            "token_dim": 16,
            "memory_size": 2,
            "predict_size": 6,
            "queries_per_frame": 4,
            "former_layers": 1,
            "former_feedforward": 32,
            "decoder_depth": 1,
            "heads": 2,
            "feedforward": 32,
        },
    )
