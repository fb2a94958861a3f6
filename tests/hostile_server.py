"""A server that misbehaves at the level of bytes."""

import socket
import threading
import time
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def drip_headers(connection):
    """Begin an answer and then send a byte of a header every 50 ms, without end."""
    connection.sendall(HEAD + b"X-Long: ")
    _drip(connection)


def drip_body(connection):
    """Promise a long body and send a byte of it every 50 ms."""
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    _drip(connection)


def drip_chunks(connection):
    """Send chunks of a byte without end."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.05)


def silence(connection):
    """Take the request and say nothing."""
    while connection.recv(1 << 16):
        pass


def never_read(connection):
    """Do not even read the request."""
    time.sleep(30)


def endless_body(connection):
    """Send as fast as can be, without end."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


def endless_headers(connection):
    """Send headers as fast as can be, without end."""
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X-More: " + b"x" * 8192 + b"\r\n")


def huge_promise(connection):
    """Promise more bytes than any machine has, and break off."""
    connection.sendall(HEAD + b"Content-Length: 1000000000000000\r\n\r\n{}")


def packed(connection):
    """Send an answer that was packed twice although nobody asked for it."""
    connection.sendall(HEAD + b"Content-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\n{}")


def nested(connection):
    """Send brackets, one inside the other."""
    body = b"[" * 200_000
    connection.sendall(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def moved(connection):
    """Point to itself, again and again."""
    host, port = connection.getsockname()
    told = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{host}:{port}/\r\nContent-Length: 0\r\n\r\n"
    connection.sendall(told.encode())


def _drip(connection):
    while True:
        connection.sendall(b"1")
        time.sleep(0.05)


@contextmanager
def misbehaving(behaviour):
    """Yield the address of a server whose every connection is answered by a behaviour."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connections = []
        thread = threading.Thread(target=_accept, args=(listener, behaviour, connections), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in connections:
            connection.close()


def _accept(listener, behaviour, connections):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connections.append(connection)
        threading.Thread(target=_serve, args=(connection, behaviour), daemon=True).start()


def _serve(connection, behaviour):
    try:
        if behaviour is not never_read:
            connection.recv(1 << 16)
        behaviour(connection)
    except OSError:
        pass
