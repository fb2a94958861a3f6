import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / "tests" / "export"), str(ROOT / "benchmarks")]

import drawn_room  # noqa: E402

from vln_pipeline.export.config import ExportConfig  # noqa: E402
from vln_pipeline.export.export import export_scene  # noqa: E402
from vln_pipeline.models.navdp.config import NavdpConfig  # noqa: E402

WALKS = (
    drawn_room.trajectory(0, start=(1.0, 2.5, 0.0, 0.3), frames=90),
    drawn_room.trajectory(1, actions=[1, 1, 1, 2, 2, 1, 1, 1, 1], start=(1.0, 1.0, 0.0, 1.0), frames=60, bend=0.04),
    drawn_room.trajectory(2, start=(5.0, 4.0, 0.0, -2.0), frames=75, bend=-0.06),
)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Folder with all dialects and versions of three walks of the drawn room, not to be altered."""
    folder = tmp_path_factory.mktemp("navdp_data")
    walks = drawn_room.walks_of(folder / "footage", WALKS)
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, ExportConfig(), folder / "e", seed=7, provenance={"command": "pytest"})
    return folder / "e"


@pytest.fixture
def copied(exported, tmp_path):
    """A vln_n1 v2.1 dataset to break."""
    return Path(shutil.copytree(exported / "vln_n1/v2.1", tmp_path / "room"))


@pytest.fixture(scope="session")
def network():
    return NavdpConfig(image_size=28, memory_size=3, predict_size=6)
