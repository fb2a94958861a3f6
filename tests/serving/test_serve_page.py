"""The commands of docs/how-to/serve.md, run as they stand but for their port and their folders."""

import re
import shlex
import subprocess
import sys

import httpx
import pytest
from server_process import ROOT, free_port, served

from vln_pipeline.models.navdp.checkpoint import save

PAGE = (ROOT / "docs/how-to/serve.md").read_text()


def commands(program):
    return [
        line
        for block in re.findall(r"```\n(.*?)```", PAGE, re.S)
        for line in block.splitlines()
        if line.startswith(program)
    ]


@pytest.mark.slow
def test_a_served_network_drives_the_example_robot(network, tmp_path):
    save(network, tmp_path / "best")
    port = free_port()
    serve, example = commands("vln-pipeline serve")[0], commands("python examples")[0]
    words = shlex.split(serve.replace("8888", str(port)).replace("data/networks/best", str(tmp_path / "best")))
    with served(words[1:], port):
        url = f"http://127.0.0.1:{port}"
        state = httpx.get(f"{url}/health").json()
        assert state == {"status": "ok", "contract": "navdp", "checkpoint": "best", "trained_cameras": {}}
        told = shlex.split(example.replace("8888", str(port)))
        done = subprocess.run([sys.executable, *told[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"\d+\.\d\d m are left\n", done.stdout)
        assert 'route="/pointgoal_step",status="200"' in httpx.get(f"{url}/metrics").text


def test_every_option_on_the_page_is_one_of_the_command():
    from vln_pipeline.commands.serve import serve

    known = {option for parameter in serve.params for option in parameter.opts}
    named = {*re.findall(r"--[a-z][a-z0-9-]*", PAGE)} - {"--pipelines"}
    assert named <= known
    assert len(commands("vln-pipeline serve")) == 4
