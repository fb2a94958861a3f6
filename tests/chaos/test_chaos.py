"""A run that was disturbed in any way is mended by the same command, and nothing goes wrong in silence."""

import pytest
from faults import FAULTS
from subjects import SUBJECTS

SEEDS = (7, 8, 9)
CASES = [
    pytest.param((fault, subject, seed), id=f"{fault.name.replace(' ', '_')}-{subject.name}-{seed}")
    for fault in FAULTS
    for subject in SUBJECTS
    for seed in SEEDS
]

pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@pytest.mark.parametrize("key", CASES)
def test_the_same_command_again_mends(key, outcomes):
    outcomes[key].result()
