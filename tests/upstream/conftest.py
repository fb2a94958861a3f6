import shutil
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "export")]

import published_folders  # noqa: E402

WRITERS = {
    "vln_n1": published_folders.write_vln_n1,
    "vln_ce": published_folders.write_vln_ce,
    "vln_pe": published_folders.write_vln_pe,
}


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """A faultless dataset of each dialect, not to be altered."""
    folder = tmp_path_factory.mktemp("pristine")
    return {name: write(folder / name / "house") for name, write in WRITERS.items()}


@pytest.fixture
def copied(pristine, tmp_path):
    """Return a function that copies a faultless dataset, to break it."""
    return lambda name: Path(shutil.copytree(pristine[name], tmp_path / name / "house"))
