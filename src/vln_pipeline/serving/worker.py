"""The one thread in which networks compute, so that requests of many robots do not compete for cores."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError

Result = TypeVar("Result")


class Worker:
    """Runs one call after the other, in the order in which they came.

    Args:
        waiting: calls at most, the running one among them.
        metrics: told how many there are.
    """

    def __init__(self, waiting: int, metrics: Metrics) -> None:
        self._most, self._metrics, self._open = waiting, metrics, 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="network")

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return what a call returns. One that nobody waits for any more is not begun.

        Raises:
            RefusedRequestError: too many are waiting.
        """
        if self._open >= self._most:
            raise RefusedRequestError(503, f"{self._most} requests are waiting already; ask less often")
        self._open += 1
        self._metrics.waiting.inc()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        finally:
            self._open -= 1
            self._metrics.waiting.dec()

    def close(self) -> None:
        """Wait for the running call; those that wait are not begun."""
        self._thread.shutdown(cancel_futures=True)
