"""Calls into libraries that may never return."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class PatientThread:
    """A thread that makes calls one after the other, for a caller that waits for each only so long.

    Calls share one thread because libraries keep state by thread. It is left behind where a call never returns, and
    does not keep the process alive.

    Args:
        seconds: longest wait for one call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="patient", daemon=True).start()

    def call(self, work: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises.

        Raises:
            TimeoutError: it has not returned in time.
        """
        future: Future[T] = Future()
        self._calls.put((future, work))
        return future.result(self._seconds)

    def _serve(self) -> None:
        while True:
            future, work = self._calls.get()
            try:
                future.set_result(work())
            except BaseException as error:  # it is the caller's, whatever it is
                future.set_exception(error)
