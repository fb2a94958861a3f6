"""One robot's conversation over the native contract."""

import asyncio
from collections import deque

from vln_pipeline.serving.native.messages import Begin, See


class Inbox:
    """What a robot said and nobody has answered yet: of sights only the newest, since a path from an old one is late.

    Attributes:
        skipped: sights that a newer one took the place of, since the last that was taken.
    """

    def __init__(self) -> None:
        self._waiting: deque[Begin | See | Exception] = deque()
        self._come = asyncio.Event()
        self.skipped = 0

    def put(self, message: Begin | See | Exception) -> None:
        """Add a message, or what went wrong with one."""
        if isinstance(message, See) and self._waiting and isinstance(self._waiting[-1], See):
            self._waiting.pop()
            self.skipped += 1
        self._waiting.append(message)
        self._come.set()

    def full(self, most: int) -> bool:
        """Tell whether more messages wait than a robot that waits for answers can have sent."""
        return len(self._waiting) >= most

    async def take(self) -> Begin | See:
        """Return the oldest message, when there is one.

        Raises:
            Exception: what went wrong with it.
        """
        while not self._waiting:
            self._come.clear()
            await self._come.wait()
        message = self._waiting.popleft()
        if isinstance(message, Exception):
            raise message
        return message
