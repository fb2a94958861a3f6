"""A small server of NavDP's HTTP contract that drives straight at the goal, and misbehaves on demand.

It accepts what the published server does and fails where that fails, with HTTP 500: a step before the first reset, a
part that is missing, an image that is no image, and a pixel goal in view that is no whole number: it slices with it.
"""

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

WAYPOINTS, MARK = 24, 10


class PolicyServer(ThreadingHTTPServer):
    """Plays ``script`` first, one (status, body) per request; a body is an object, bytes, or seconds to sleep."""

    daemon_threads = True

    def __init__(self, script=(), port=0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.script = deque(script)
        self.requests = []
        self.robots = None

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
        if answer is None:
            try:
                answer = self._answer(told)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                status, answer = 500, repr(error).encode()
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True

    def _answer(self, told):
        if self.path == "/navigator_reset":
            self.server.robots = int(told["batch_size"])
            assert np.array(told["intrinsic"]).shape == (3, 3)
            return {"algo": "straight"}
        image, _ = (told[name].reshape(self.server.robots, -1, *told[name].shape[1:]) for name in ("image", "depth"))
        end = np.array([1.0, 0.0, 0.0])
        if self.path in ("/pointgoal_step", "/pixelgoal_step"):
            goal = json.loads(told["goal_data"])
            goals = np.stack([np.array(goal["goal_x"]), np.array(goal["goal_y"])], axis=1)
            if self.path == "/pixelgoal_step":
                _marked(goals[0], image[0])
            else:
                end[:2] = goals[0]
        elif self.path == "/imagegoal_step":
            told["goal"].reshape(self.server.robots, -1, *told["goal"].shape[1:])
        elif self.path != "/nogoal_step":
            raise KeyError(self.path)
        best = np.linspace(0, 1, WAYPOINTS + 1)[1:, None] * end
        return {
            "trajectory": [best.tolist()],
            "all_trajectory": [[(best * 0.5).tolist(), best.tolist()]],
            "all_values": [[-1.0, 2.0]],
        }

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


def _marked(pixel, image):
    """Mark a pixel goal as the published server does: a square by slicing, or a strip where the square does not fit."""
    x, y = pixel
    marked = np.zeros_like(image)
    if MARK < x < image.shape[1] - MARK and MARK < y < image.shape[0] - MARK:
        marked[y - MARK : y + MARK, x - MARK : x + MARK] = 255
    return marked


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
