"""The example client, against what the published server was seen to take."""

import importlib.util
import sys
from pathlib import Path

from policy_server import serving

FILE = Path(__file__).parents[2] / "examples/robot_client.py"


def example():
    spec = importlib.util.spec_from_file_location("robot_client", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_drives_to_its_goal_though_the_server_forgets_it_once():
    client = example()
    client.PERIOD = 0.25
    with serving([(200, None), (200, None), (409, b"no session")]) as server:
        assert client.main(server.url) < 0.5
    paths = [path for path, _ in server.requests]
    assert paths[:4] == ["/navigator_reset", "/pointgoal_step", "/pointgoal_step", "/navigator_reset"]
    image, depth = (server.requests[-1][1][name] for name in ("image", "depth"))
    assert (image.shape, image.dtype.name, depth.shape, depth.dtype.name) == ((72, 96, 3), "uint8", (72, 96), "uint16")
    assert {*depth.ravel().tolist()} == {30000}


def test_it_needs_numpy_alone_and_is_short():
    text = FILE.read_text(encoding="utf-8")
    needed = {line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert needed - {*sys.stdlib_module_names} == {"numpy"}
    assert sum(bool(line.strip()) for line in text.splitlines()) <= 80
