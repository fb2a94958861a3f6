"""One small run, shared by the tests that look at what it left."""

import pytest
from command import SMALL, Run, kedro_run


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run of the whole data generation."""
    run = kedro_run(tmp_path_factory.mktemp("data"), "--pipeline=datagen", f"--params={SMALL}")
    assert run.code == 0, run.output
    return run
