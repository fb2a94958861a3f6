import sys
from pathlib import Path

import pytest

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from small_networks import SMALL, perturbed


@pytest.fixture(scope="session")
def small() -> NavdpConfig:
    return SMALL


@pytest.fixture
def network() -> NavdpNetwork:
    return perturbed(SMALL)
