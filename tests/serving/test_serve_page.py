"""The commands of docs/how-to/serve.md, run as they stand but for their port and their folders."""

import re
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from vln_pipeline.models.navdp.checkpoint import save

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/serve.md").read_text()


def commands(program):
    return [
        line
        for block in re.findall(r"```\n(.*?)```", PAGE, re.S)
        for line in block.splitlines()
        if line.startswith(program)
    ]


@pytest.fixture
def port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


@pytest.mark.slow
def test_a_served_network_drives_the_example_robot(network, tmp_path, port):
    save(network, tmp_path / "best")
    serve, example = commands("vln-pipeline serve")[0], commands("python examples")[0]
    words = shlex.split(serve.replace("8888", str(port)).replace("data/networks/best", str(tmp_path / "best")))
    server = subprocess.Popen([sys.executable, "-m", "vln_pipeline", *words[1:]], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                state = httpx.get(f"{url}/health").json()
                break
            except httpx.TransportError:
                assert server.poll() is None, server.stderr.read().decode()
                time.sleep(0.2)
        assert state == {"status": "ok", "contract": "navdp", "checkpoint": "best", "trained_cameras": {}}
        told = shlex.split(example.replace("8888", str(port)))
        done = subprocess.run([sys.executable, *told[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"\d+\.\d\d m are left\n", done.stdout)
        assert 'route="/pointgoal_step",status="200"' in httpx.get(f"{url}/metrics").text
    finally:
        server.terminate()
        server.wait(30)


def test_every_option_on_the_page_is_one_of_the_command():
    from vln_pipeline.commands.serve import serve

    known = {option for parameter in serve.params for option in parameter.opts}
    named = {*re.findall(r"--[a-z][a-z0-9-]*", PAGE)} - {"--pipelines"}
    assert named <= known
    assert len(commands("vln-pipeline serve")) == 4
