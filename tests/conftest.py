import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from object_server import BUCKET, KEYS, Connection, object_server

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

os.environ["VLN_LOCAL_CONF"] = ""  # what a developer keeps in conf/local is none of the tests' business

# The first example of a test compiles, and a loaded machine takes its time: neither is a fault.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")

ROOT = Path(__file__).parents[1]
REAL_SCENES = ROOT.parent / "shared" / "data" / "scenes"

# Spawned workers inherit sys.path, so tasks that tests define must be importable by name; end-to-end tests write the
# fixtures of the scene sources and of episodes, several look at an export, and those of evaluations run the command.
for _folder in ("", "datasets", "end_to_end", "episodes", "export", "runtime", "scenes"):
    sys.path.insert(0, str(ROOT / "tests" / _folder))


@pytest.fixture(scope="session")  # fsspec keeps clients, which would ask a server that has ended
def connection() -> Iterator[Connection]:
    """A connection to an S3 server with an empty bucket, of which all clients in this environment know."""
    with object_server() as found, pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": found.address}.items():
            patch.setenv(name, value)
        import boto3

        boto3.client("s3", endpoint_url=found.address).create_bucket(Bucket=BUCKET)
        yield found


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this process one of the machine of that name, with copies of its own; it is one of "one" already."""

    def become(name: str) -> None:
        monkeypatch.setenv("VLN_COPIES", str(tmp_path / name))

    become("one")
    return become


@pytest.fixture(scope="session")
def real_scenes() -> Path:
    """Folder of the real scenes; a test that needs it is skipped where it is absent."""
    if not REAL_SCENES.is_dir():
        pytest.skip(f"the real scenes are not beside the project ({REAL_SCENES.name} is absent)")
    return REAL_SCENES
