"""What is remembered of each robot, for a bounded number of robots."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from vln_pipeline.serving.refused import RefusedRequestError

Session = TypeVar("Session")


class Sessions(Generic[Session]):
    """Sessions by robot, the one that was asked for last at the end.

    Args:
        most: robots at a time.
        idle: seconds after which a robot that asks for nothing gives up its place.
        clock: seconds that pass.
    """

    def __init__(self, most: int, idle: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._idle, self._clock = most, idle, clock
        self._kept: OrderedDict[str, tuple[Session, float]] = OrderedDict()
        self._asked: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, robot: str) -> bool:
        return robot in self._kept

    def open(self, robot: str, session: Session) -> None:
        """Give a robot a session, in place of the one it had.

        Raises:
            RefusedRequestError: all places are taken by robots that are at work.
        """
        if robot not in self._kept and len(self._kept) >= self._most:
            oldest, (_, used) = next(iter(self._kept.items()))
            if self._clock() - used < self._idle:
                raise RefusedRequestError(503, f"{self._most} robots are served already; try again later")
            del self._kept[oldest]
        self._keep(robot, session)

    def of(self, robot: str, mend: str) -> Session:
        """Return a robot's session.

        Raises:
            RefusedRequestError: it has none; ends with ``mend``.
        """
        if robot not in self._kept:
            raise RefusedRequestError(409, f"this robot has no session; {mend}")
        session = self._kept[robot][0]
        self._keep(robot, session)
        return session

    @contextmanager
    def asked(self, robot: str, session: Session) -> Iterator[None]:
        """Hold a robot's session for one request; a robot waits for its answer before it asks again.

        Raises:
            RefusedRequestError: another request holds it, as where two robots have one name and so one memory.
        """
        if self._asked.get(robot) is session:
            cause = "another request of this robot is not answered yet; wait for it, and name each robot in X-Robot"
            raise RefusedRequestError(429, cause)
        self._asked[robot] = session
        try:
            yield
        finally:
            if self._asked.get(robot) is session:
                del self._asked[robot]

    def _keep(self, robot: str, session: Session) -> None:
        self._kept[robot] = session, self._clock()
        self._kept.move_to_end(robot)
