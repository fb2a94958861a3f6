"""A server's application, and running it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.guard import HEALTH, Guard
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.worker import Worker

METRICS = "/metrics"


class Contract(Protocol):
    """Routes of one contract."""

    def routes(self) -> Sequence[Route | WebSocketRoute]:
        """Return what is answered."""
        ...


OpenContract = Callable[[Metrics, Worker], Contract]


class Several:
    """Contracts that share no route, as one."""

    def __init__(self, *contracts: Contract) -> None:
        self._contracts = contracts

    def routes(self) -> Sequence[Route | WebSocketRoute]:
        """Return what any of them answers."""
        return [route for contract in self._contracts for route in contract.routes()]


def application(open_contract: OpenContract, config: ServeConfig, told: dict[str, Any]) -> Starlette:
    """Return the application of a contract, with its state at ``/health`` and its counts at ``/metrics``.

    Args:
        open_contract: makes the contract's routes.
        config: what is taken from whoever asks.
        told: at ``/health``.
    """
    metrics = Metrics()
    worker = Worker(config.waiting, metrics)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        worker.close()

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"} | told)

    async def counts(_: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    async def refused(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, RefusedRequestError):
            raise error
        return JSONResponse({"error": error.cause}, error.status)

    async def broken_off(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"error": "the request broke off"}, 400)

    own = open_contract(metrics, worker).routes()
    routes = [Route(HEALTH, health), Route(METRICS, counts), *own]
    guard = Middleware(Guard, config=config, metrics=metrics, routes=routes)
    return Starlette(
        routes=routes,
        middleware=[guard],
        exception_handlers={RefusedRequestError: refused, ClientDisconnect: broken_off},
        lifespan=lifespan,
    )


def serve(app: Starlette, config: ServeConfig, begun: Callable[[str], None]) -> None:
    """Answer requests until the process is told to end.

    Args:
        app: the application.
        config: where it listens.
        begun: is called with its address, as soon as it has one.
    """
    running = uvicorn.Config(app, **options(config))
    with running.bind_socket() as link:
        host, port = link.getsockname()[:2]
        begun(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        uvicorn.Server(running).run([link])


def options(config: ServeConfig) -> dict[str, Any]:
    """Return what uvicorn is told."""
    return {
        "host": config.host,
        "port": config.port,
        "log_level": "warning",
        "timeout_keep_alive": 60,
        "timeout_graceful_shutdown": 10,
        "limit_concurrency": 8 * (config.robots + config.waiting),
        "server_header": False,
        "ws_max_size": config.largest,
        "ws_per_message_deflate": False,  # a packed message may grow a thousandfold
    }
