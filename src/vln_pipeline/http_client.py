"""HTTP requests that end by a deadline and hold a bounded answer, whatever the server does.

The time-outs of HTTP libraries are per read: a server that sends a byte a second outlives them. Here the whole request
is one task of an event loop, which ends it at its deadline wherever it stands: looking up the name, connecting,
sending, or reading headers or body.
"""

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_CLOSING = 5.0
"""Longest wait for open connections to close, seconds."""


@dataclass(frozen=True)
class Answer:
    """What a server answered; ``status`` may tell of a failure.

    Attributes:
        status: HTTP status code.
        headers: of the answer; names in any case.
        body: all of it.
    """

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return httpx.codes.is_success(self.status)

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            ValueError: it is none, or nested too deeply.
        """
        try:
            return httpx.Response(self.status, content=self.body).json()
        except RecursionError as error:
            raise ValueError("JSON nested too deeply") from error


class HttpClient:
    """Posts to servers; threads may share it. Redirects are answers like any other and are not followed.

    Args:
        largest: bytes of the largest answer that is read.
        headers: sent with every request.
        connections: at most open at a time; further requests wait, and the wait counts into their deadline.
    """

    def __init__(self, *, largest: int, headers: Mapping[str, str] | None = None, connections: int = 1) -> None:
        self._largest = largest
        # A packed answer may grow a thousandfold, so none is asked for and none is read.
        self._client = httpx.AsyncClient(
            headers={**(headers or {}), "Accept-Encoding": "identity"},
            timeout=None,  # noqa: S113  (asyncio.timeout in _post ends the whole request)
            limits=httpx.Limits(max_connections=connections),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="http-client", daemon=True)
        self._thread.start()

    def post(self, url: str, deadline: float, **content: Any) -> Answer:
        """Send a request and return the whole answer.

        Args:
            url: where to.
            deadline: seconds from now until all of the answer must be here.
            content: ``json``, ``data`` or ``files``, as httpx takes them.

        Raises:
            TimeoutError: the deadline passed.
            ConnectionError: there is no server, or it broke off; the message names the kind of fault, not the address.
            ValueError: the answer is larger than allowed, or packed.
        """
        asked = asyncio.run_coroutine_threadsafe(self._post(url, deadline, content), self._loop)
        try:
            return asked.result()
        finally:
            asked.cancel()

    def close(self) -> None:
        """Close the connections."""
        closed = asyncio.run_coroutine_threadsafe(asyncio.wait_for(self._client.aclose(), _CLOSING), self._loop)
        with contextlib.suppress(TimeoutError, httpx.TransportError):
            closed.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING)

    async def _post(self, url: str, deadline: float, content: Mapping[str, Any]) -> Answer:
        # "from None": httpx's own errors may carry the request, with its headers, into a traceback.
        try:
            async with asyncio.timeout(deadline), self._client.stream("POST", url, **content) as response:
                return Answer(response.status_code, response.headers, await self._body(response))
        except httpx.TransportError as error:
            raise ConnectionError(type(error).__name__) from None

    async def _body(self, response: httpx.Response) -> bytes:
        packed = response.headers.get("Content-Encoding", "identity")
        if packed != "identity":
            raise ValueError(f"a packed answer ({packed[:20]}), which was not asked for")
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._largest:
                raise ValueError(f"more than {self._largest} bytes")
        return bytes(body)
