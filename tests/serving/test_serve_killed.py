"""A server that is killed and started again, and one that is sent nonsense: robots go on, and memory does not grow."""

import re
import threading
import time

import httpx
import psutil
import pytest
from malformed import malformed
from server_process import free_port, served
from test_robot_client import example
from test_serving_guard import RESET
from test_serving_navdp import DEPTHS, POINT, VIEWS, sent

from vln_pipeline.models.navdp.checkpoint import save

pytestmark = pytest.mark.slow


def steps(url):
    """Return how many steps a server has answered."""
    counted = re.search(
        r'vln_requests_total\{route="/pointgoal_step",status="200"\} (\d+)', httpx.get(f"{url}/metrics").text
    )
    return int(counted[1]) if counted else 0


def until(true, seconds=120.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_robot_goes_on_when_a_killed_server_is_started_again(network, tmp_path):
    save(network, tmp_path / "best")
    port = free_port()
    url, words = f"http://127.0.0.1:{port}", ["serve", str(tmp_path / "best"), f"--port={port}", "--threads=1"]
    client, left = example(), []
    client.PERIOD = 0.1
    driving = threading.Thread(target=lambda: left.append(client.main(url, most=2000)), daemon=True)
    with served(words, port):
        driving.start()
        until(lambda: steps(url) >= 3)
    assert driving.is_alive()
    with served(words, port):
        until(lambda: steps(url) >= 3)
        assert 'route="/navigator_reset",status="200"' in httpx.get(f"{url}/metrics").text
        client.Robot.see = None  # ends the robot's program
        driving.join(60)
    assert not driving.is_alive()


def test_five_hundred_malformed_requests_leave_no_memory_behind(network, tmp_path):
    save(network, tmp_path / "best")
    port = free_port()
    with (
        served(["serve", str(tmp_path / "best"), f"--port={port}", "--threads=1"], port) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=300) as client,
    ):
        client.post("/navigator_reset", json=RESET)
        assert client.post("/pointgoal_step", **sent([VIEWS[0]], [DEPTHS[0]], POINT)).status_code == 200
        memory = psutil.Process(server.pid).memory_info
        sizes = []
        for seed in range(2):
            statuses = {client.post(path, **content).status_code for path, content in malformed(500, seed)}
            assert all(400 <= status < 500 for status in statuses)
            sizes.append(memory().rss)
        assert sizes[1] < sizes[0] + 4 * 2**20
