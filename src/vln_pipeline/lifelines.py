"""Processes that end when the one that started them does, however that ends.

Each holds an end of a pipe whose other end only its parent has; the kernel closes that with the parent.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable

_KILLED = 137  # what a shell gives for a process that was killed


def end_with_parent() -> None:
    """End this process, which ``multiprocessing`` started, together with the one that did."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _watch(parent.join)


def end_with_standard_input() -> None:
    """End this process when nobody can write to its standard input any more; what comes there is dropped."""
    descriptor = sys.stdin.fileno()

    def wait() -> None:
        while os.read(descriptor, 1):
            pass

    _watch(wait)


def _watch(wait: Callable[[], None]) -> None:
    def end() -> None:
        wait()
        os._exit(_KILLED)  # at once: the others of this process may be in the midst of writing, for nobody

    threading.Thread(target=end, daemon=True, name="lifeline").start()
