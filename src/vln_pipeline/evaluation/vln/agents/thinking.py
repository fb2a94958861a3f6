"""When System 2 thinks: while the robot waits, or while it drives on."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from vln_pipeline.evaluation.vln.agents.navigator import Decision, Question

Decide = Callable[[Question], Decision]


@dataclass(frozen=True)
class Thought:
    """A decision, and what it cost.

    Attributes:
        decision: what System 2 decided.
        step: actions taken before it was asked.
        waited: seconds for which the robot stood still.
    """

    decision: Decision
    step: int
    waited: float


class Thinking(Protocol):
    """One question at a time."""

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        ...

    def ask(self, question: Question, step: int) -> None:
        """Open a question, after a number of actions."""
        ...

    def due(self, step: int) -> Thought | None:
        """Return the decision where it is time for it, after a number of actions; None where the robot drives on."""
        ...

    def wait(self) -> Thought:
        """Return the decision, however long it takes."""
        ...

    def drop(self) -> None:
        """Forget an open question."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class InTurn:
    """The robot waits for System 2.

    Args:
        decide: System 2.
    """

    def __init__(self, decide: Decide) -> None:
        self._decide = decide
        self._open: tuple[Question, int] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return self._open is not None

    def ask(self, question: Question, step: int) -> None:
        """Open a question."""
        self._open = question, step

    def due(self, step: int) -> Thought | None:
        """Return the decision on an open question."""
        return self.wait() if self.busy else None

    def wait(self) -> Thought:
        """Return the decision."""
        if self._open is None:
            raise ValueError("nothing was asked")
        question, step = self._open
        self._open = None
        decision = self._decide(question)
        return Thought(decision, step, decision.seconds)

    def drop(self) -> None:
        """Forget an open question."""
        self._open = None

    def close(self) -> None:
        """Nothing is held."""


class Alongside:
    """System 2 thinks in a thread of its own.

    Args:
        decide: System 2; called by that thread only.
        lag: actions after which a decision is taken, waiting for it if need be, so that a run can be repeated whatever
            the machine; None takes it as soon as it is there, as a robot does.
    """

    def __init__(self, decide: Decide, lag: int | None) -> None:
        self._decide, self._lag = decide, lag
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="system2")
        self._open: tuple[Future[Decision], int] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return self._open is not None

    def ask(self, question: Question, step: int) -> None:
        """Open a question."""
        self._open = self._thread.submit(self._decide, question), step

    def due(self, step: int) -> Thought | None:
        """Return the decision where it is time for it."""
        if self._open is None:
            return None
        future, asked = self._open
        ready = future.done() if self._lag is None else step - asked >= self._lag
        return self.wait() if ready else None

    def wait(self) -> Thought:
        """Return the decision; an error of System 2 is raised here."""
        if self._open is None:
            raise ValueError("nothing was asked")
        future, asked = self._open
        self._open = None
        begun = time.perf_counter()
        decision = future.result()
        return Thought(decision, asked, time.perf_counter() - begun)

    def drop(self) -> None:
        """Wait for an open question, since System 2 cannot be interrupted, and forget it."""
        if self._open is not None:
            future, _ = self._open
            self._open = None
            # What it was about is over, and so is whatever went wrong with it.
            future.exception()

    def close(self) -> None:
        """End the thread."""
        self.drop()
        self._thread.shutdown()
