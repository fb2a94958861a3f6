"""A server in a thread of the test's process, on a free port."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.serving.app import application, options
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.navdp import NavdpContract

POLICY = PolicyConfig(samples=4)


def navdp_app(network, policy=POLICY, told=None, **config):
    """Return the application of NavDP's contract."""
    config, policy = ServeConfig(**{"deadline": 300.0, **config}), NavdpPolicy(network, policy)
    return application(lambda metrics, worker: NavdpContract(policy, config, metrics, worker), config, told or {})


@contextmanager
def running(app, port=0, **config):
    """Yield the address of a running server, told what ``serve`` tells it."""
    server = uvicorn.Server(uvicorn.Config(app, **options(ServeConfig(port=port, **config))))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
