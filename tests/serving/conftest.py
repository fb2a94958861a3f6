import sys
from pathlib import Path

import pytest

sys.path += [
    str(Path(__file__).parents[1] / folder)
    for folder in ("models/navdp", "evaluation/vln", "evaluation/system1", "../benchmarks")
]

from small_networks import SMALL, perturbed


@pytest.fixture(scope="session")
def network():
    return perturbed(SMALL)
