"""A small server of NavDP's HTTP contract that drives straight at the goal, and misbehaves on demand."""

import json
import threading
import time
from collections import deque
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

WAYPOINTS = 24


class PolicyServer(ThreadingHTTPServer):
    """Plays ``script`` first, one (status, body) per request; a body is an object, bytes, or seconds to sleep."""

    daemon_threads = True

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = deque(script)
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        told = _parts(self.headers["Content-Type"], raw)
        self.server.requests.append((self.path, told))
        status, answer = self.server.script.popleft() if self.server.script else (200, None)
        if isinstance(answer, float):
            time.sleep(answer)
            answer = None
        answer = _good(self.path, told) if answer is None else answer
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_):
        pass


def _parts(kind, raw):
    """Return what a request holds: JSON as it is, images as arrays, form fields as text."""
    if kind == "application/json":
        return json.loads(raw)
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw)
    told = {}
    for part in message.iter_parts():
        body = part.get_payload(decode=True)
        is_file = part.get_filename() is not None
        told[part.get_param("name", header="Content-Disposition")] = (
            cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_UNCHANGED) if is_file else body.decode()
        )
    return told


def _good(path, told):
    if path == "/navigator_reset":
        return {"algo": "straight"}
    goal = json.loads(told["goal_data"]) if "goal_data" in told else {"goal_x": [1.0], "goal_y": [0.0]}
    end = np.array([goal["goal_x"][0], goal["goal_y"][0], 0.0])
    best = np.linspace(0, 1, WAYPOINTS + 1)[1:, None] * end
    return {
        "trajectory": [best.tolist()],
        "all_trajectory": [[(best * 0.5).tolist(), best.tolist()]],
        "all_values": [[-1.0, 2.0]],
    }


@contextmanager
def serving(script=()):
    """Run a server in a thread."""
    server = PolicyServer(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
