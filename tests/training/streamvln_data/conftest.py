import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
sys.path[:0] = [str(TESTS / "models/streamvln"), str(TESTS / "training/system2_data"), str(Path(__file__).parent)]

import pytest  # noqa: E402
from tiny_stream import MODEL  # noqa: E402
from windowed_walks import walk, write_walks  # noqa: E402

from vln_pipeline.models.streamvln.load import load  # noqa: E402
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig  # noqa: E402


@pytest.fixture(scope="session")
def parts():
    return load(MODEL)


@pytest.fixture
def walked(tmp_path):
    """Return a function that writes scenes of walks, and returns a configuration that mixes them."""

    def write(scenes=None, mix="r2r_125cm_0_30", **options):
        for name, walks in (scenes or {"house": [walk(20), walk(40, seed=1)], "flat": [walk(9, seed=2)]}).items():
            write_walks(tmp_path / "traj_data/r2r" / name, walks)
        return StreamVlnDataConfig(mix=mix, root=str(tmp_path / "traj_data"), **options)

    return write
