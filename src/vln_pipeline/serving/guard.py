"""What stands before every route: the token, the size of a request, and its deadline."""

import asyncio
import hmac
import time
from collections.abc import Collection

from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError

HEALTH = "/health"
_UNKNOWN = "unknown"


class Guard:
    """ASGI middleware.

    Args:
        app: what it guards.
        config: token, size and deadline.
        metrics: counts all answers.
        routes: that are counted by their paths; whatever else is asked for is one.
    """

    def __init__(
        self, app: ASGIApp, config: ServeConfig, metrics: Metrics, routes: Collection[Route | WebSocketRoute]
    ) -> None:
        self._app, self._config, self._metrics, self._routes = app, config, metrics, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "websocket" and self._refusal(scope) is not None:
            await send({"type": "websocket.close", "code": 1008})  # HTTP 403, since it was not accepted yet
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status, read, whole = time.perf_counter(), 0, 0, False

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        async def counting() -> Message:
            nonlocal read, whole
            message = await receive()
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > self._config.largest:
                raise RefusedRequestError(413, f"a request has at most {self._config.largest} bytes")
            return message

        try:
            refusal = self._refusal(scope)
            if refusal is None:
                async with asyncio.timeout(self._config.deadline):
                    await self._app(scope, counting, noting)
            else:
                await _answer(refusal, scope, receive, noting)
        except TimeoutError:
            if not status:
                late = RefusedRequestError(504, "the network was too slow") if whole else None
                late = late or RefusedRequestError(408, "the request was too slow")
                await _answer(late, scope, receive, noting)
        finally:
            self._metrics.answered(self._named(scope["path"]), status, time.perf_counter() - begun)

    def _named(self, path: str) -> str:
        """Return the path of the route, in which names stand for themselves, so that there are few of them."""
        return next((route.path for route in self._routes if route.path_regex.match(path)), _UNKNOWN)

    def _refusal(self, scope: Scope) -> RefusedRequestError | None:
        headers = dict(scope["headers"])
        token = self._config.token
        if token is not None and scope["path"] != HEALTH:
            expected = f"Bearer {token.get_secret_value()}".encode()
            if not hmac.compare_digest(headers.get(b"authorization", b""), expected):
                return RefusedRequestError(401, "the token is missing or wrong")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self._config.largest:
            return RefusedRequestError(413, f"a request has at most {self._config.largest} bytes")
        return None


async def _answer(refusal: RefusedRequestError, scope: Scope, receive: Receive, send: Send) -> None:
    # The rest of the request is not read, so the connection cannot be used again.
    response = JSONResponse({"error": refusal.cause}, refusal.status, headers={"Connection": "close"})
    await response(scope, receive, send)
