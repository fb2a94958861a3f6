"""The connection to the server, in threads of its own, made anew whenever it is lost."""

import threading
from collections import deque

import msgpack
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

_PING, _RETRY, _WAIT, _ANSWER = 0.1, 1.0, 5.0, 30.0
"""Seconds between signs of life, between attempts to connect, for a connection to open, and for an answer."""


class Link:
    """Sends the newest sight, and hands on every answer.

    Args:
        url: ws://host:port/robot.
        begin: what an episode begins with, sent after every connect.
        plan: is called with each path.
        alive: is called at each sign of the server.
        lost: is called when the connection breaks.
        warn: is called with texts for the robot's log.
        token: of the server; empty where it wants none.
    """

    def __init__(self, url, begin, plan, alive, lost, warn, token=""):
        self._url, self._begin = url, begin
        self._plan, self._alive, self._lost, self._warn = plan, alive, lost, warn
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._sight, self._come, self._ended = None, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="vln-link", daemon=True)
        self._thread.start()

    def send(self, sight):
        """Send what is seen as soon as the server has answered the last; a newer one takes its place until then."""
        self._sight = sight
        self._come.set()

    def close(self):
        """End the connection."""
        self._ended.set()
        self._come.set()
        self._thread.join(_WAIT)

    def _run(self):
        while not self._ended.is_set():
            try:
                with connect(
                    self._url,
                    additional_headers=self._headers,
                    compression=None,
                    open_timeout=_WAIT,
                    close_timeout=_RETRY,
                    ping_interval=None,
                    max_size=2**24,
                ) as socket:
                    self._talk(socket)
            except Exception as error:  # whatever a broken server says, the robot stands still and asks again
                self._warn(f"no server: {type(error).__name__}: {error}")
            self._lost()
            self._ended.wait(_RETRY)

    def _talk(self, socket):
        over = threading.Event()
        pinging = threading.Thread(target=self._ping, args=(socket, over), name="vln-ping", daemon=True)
        pinging.start()
        try:
            self._warned(self._ask(socket, self._begin))
            while not self._ended.is_set():
                self._come.wait()
                self._come.clear()
                if over.is_set():
                    raise ConnectionError("the server is gone")
                sight, self._sight = self._sight, None
                if sight is not None:
                    answer = self._ask(socket, sight)
                    if answer["type"] == "plan":
                        self._warned(answer)
                        self._plan(answer)
        finally:
            over.set()

    def _warned(self, answer):
        for warning in answer.get("warnings", []):
            self._warn(warning)

    def _ask(self, socket, message):
        socket.send(msgpack.packb(message))
        answer = msgpack.unpackb(socket.recv(timeout=_ANSWER))
        self._alive()
        if answer["type"] == "refused":
            self._warn(f"refused: {answer['error']}")
            if message["type"] == "begin" or answer["status"] == 409:
                raise ValueError("the episode was refused")
        return answer

    def _ping(self, socket, over):
        """Ask for a sign of life ten times a second, and look twice as often whether one came."""
        pongs, turn = deque(), 0
        try:
            while not over.wait(_PING / 2):
                turn += 1
                if turn % 2:
                    pongs.append(socket.ping())
                if any(pong.is_set() for pong in pongs):
                    self._alive()
                pongs = deque(pong for pong in pongs if not pong.is_set())
        except (OSError, WebSocketException):
            self._lost()
            over.set()
            self._come.set()  # a robot that sees nothing new would never know that it must connect again
