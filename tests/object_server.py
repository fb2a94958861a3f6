"""An S3 server on this machine, and a connection to it that can be cut."""

import importlib.util
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

needs_s3 = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("s3fs", "moto", "flask_cors")),
    reason="s3fs or moto's server is not installed",
)
BUCKET = "bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def object_server() -> Iterator["Connection"]:
    """Yield the connection to a server with one empty bucket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    connection = Connection(server.get_host_and_port()[1])
    try:
        yield connection
    finally:
        connection.close()
        server.stop()


class Connection:
    """Passes bytes on to a server, until it is cut; a cut one closes and refuses.

    Args:
        port: of the server.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: set[socket.socket] = set()
        self._left: int | None = None
        self._cut = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Close all that is open and refuse what comes, until ``mend``."""
        self._cut = True
        self.drop()

    def mend(self) -> None:
        self._cut = False

    def drop_after(self, size: int) -> None:
        """Close all that is open once, after so many bytes more have gone to the server."""
        self._left = size

    def drop(self) -> None:
        self.cuts += 1
        for end in list(self._pairs):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._cut:
                client.close()
                continue
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server, selectors.DefaultSelector() as ready:
            self._pairs |= {client, server}
            other = {client: server, server: client}
            for end in other:
                ready.register(end, selectors.EVENT_READ)
            with suppress(OSError):
                while True:
                    for key, _ in ready.select():
                        content = key.fileobj.recv(1 << 16)
                        if not content:
                            return
                        if key.fileobj is client and self._left is not None:
                            self._left -= len(content)
                            if self._left < 0:
                                self._left = None
                                self.drop()
                                return
                        other[key.fileobj].sendall(content)
            self._pairs -= {client, server}
