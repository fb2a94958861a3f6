"""A server as a user starts it: a process of its own."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


@contextmanager
def served(words, port):
    """Yield the process that runs ``vln-pipeline`` with some words, once it answers; it is killed if it still runs."""
    server = subprocess.Popen([sys.executable, "-m", "vln_pipeline", *words], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        for _ in range(900):
            try:
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.TransportError:
                assert server.poll() is None, server.stderr.read().decode()
                time.sleep(0.2)
        yield server
    finally:
        server.kill()
        server.communicate()
