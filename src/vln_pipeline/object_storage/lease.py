"""One writer at a time where there is no file system: an object says who writes, and is renewed while that lives.

What is guaranteed: of writers that are alive and reach the storage, one holds the lease. What is not: a writer that
could not renew it for ``LEASE_SECONDS`` (cut off, or stopped) is taken for dead and may go on all the same. So two may
do the same work; whose result counts must be decided by a conditional put, as ``RemoteItems`` does.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from vln_pipeline.errors import DataError
from vln_pipeline.object_storage.bucket import Bucket

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
_RENEWALS = 3
"""How often a lease is renewed in the time after which it would end."""
_POLL_SECONDS = 1.0


@contextmanager
def leased(bucket: Bucket, name: str, what: str, place: str) -> Iterator[None]:
    """Be the only one that writes something; while another does, wait and tell which.

    A lease ends when those who wait saw it unchanged for ``LEASE_SECONDS``, by their own clocks.

    Args:
        bucket: where the lease lies.
        name: of its object.
        what: is written, for the line that tells who is waited for.
        place: where this process holds a lock of this machine for the same thing; a lease that names the same place
            is that of a process that died.

    Raises:
        DataError: the storage cannot be reached.
    """
    lease = _Lease(bucket, name, place)
    lease.acquire(what)
    ended = threading.Event()
    renewing = threading.Thread(target=lease.renew, args=(ended,), name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        lease.release()


@dataclass
class _Lease:
    bucket: Bucket
    name: str
    place: str
    owner: str = field(default_factory=lambda: uuid4().hex)

    def acquire(self, what: str) -> None:
        seen, seen_at, told = None, time.monotonic(), ""
        while not self.bucket.create(self.name, self._content(0)):
            found = self.bucket.read(self.name)
            holder = _parsed(found)
            if found != seen:
                seen, seen_at = found, time.monotonic()
            elif time.monotonic() - seen_at >= LEASE_SECONDS:
                logger.warning("%s: %s did not renew its lease and is taken for dead", what, holder["who"])
                self.bucket.delete(self.name)
                continue
            if holder["place"] == self.place:
                self.bucket.delete(self.name)
                continue
            if holder["owner"] != told:
                logger.warning("%s: waits for %s, which works on it", what, holder["who"])
                told = holder["owner"]
            time.sleep(_POLL_SECONDS)

    def renew(self, ended: threading.Event) -> None:
        """Renew the lease until the work has ended, or somebody else has it."""
        count = 0
        while not ended.wait(LEASE_SECONDS / _RENEWALS):
            count += 1
            try:
                if not self._mine():
                    logger.warning("%s/%s: the lease was lost to another process", self.bucket.address, self.name)
                    return
                self.bucket.write(self.name, self._content(count))
            except DataError as cut:
                logger.warning("%s", cut)

    def release(self) -> None:
        try:
            if self._mine():
                self.bucket.delete(self.name)
        except DataError as cut:  # it ends by itself
            logger.warning("%s", cut)

    def _mine(self) -> bool:
        return _parsed(self.bucket.read(self.name))["owner"] == self.owner

    def _content(self, count: int) -> bytes:
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        who = f"process {os.getpid()} on {socket.gethostname()}, {'renewed' if count else 'since'} {since}"
        return json.dumps({"owner": self.owner, "who": who, "place": self.place, "count": count}).encode()


def _parsed(content: bytes | None) -> dict[str, str]:
    """Return what a lease says; nobody's where it is gone, or no lease."""
    nobody = {"owner": "", "who": "another process", "place": ""}
    try:
        told = json.loads(content or b"{}")
    except ValueError:
        return nobody
    return nobody | ({key: str(value) for key, value in told.items()} if isinstance(told, dict) else {})
