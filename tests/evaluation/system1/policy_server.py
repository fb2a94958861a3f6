"""A server of NavDP's HTTP contract that drives straight at the goal, and misbehaves on demand.

What it takes and answers is stored in ``published_navdp.json``, and where the published server fails it does, with HTTP
500: a step before the first reset, a part that is missing or of another type, and a pixel goal in view that is no whole
number: it slices with it.
"""

import json
import threading
import time
from collections import deque
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

PUBLISHED = json.loads(Path(__file__).with_name("published_navdp.json").read_text(encoding="utf-8"))
WAYPOINTS, MARK, SAMPLES = PUBLISHED["answer"]["trajectory"][1], PUBLISHED["in_view_margin"], PUBLISHED["samples"]


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
        unknown = self.path not in PUBLISHED["routes"]
        status, answer = self.server.script.popleft() if self.server.script else (404, b"") if unknown else (200, None)
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
        route = PUBLISHED["routes"][self.path]
        if "json" in route:
            for key, shape in route["json"].items():
                _typed(told[key], shape)
            self.server.robots = int(told.get("batch_size", self.server.robots))
            return {"algo": "straight"}
        robots = self.server.robots
        files = {name: told[name].reshape(robots, -1, *told[name].shape[1:]) for name in route["files"]}
        for name, kind in route["files"].items():
            if files[name].dtype != kind or files[name].ndim != (3 if kind == "uint16" else 4):
                raise TypeError(f"{name} is {files[name].dtype}")
        end = np.array([1.0, 0.0, 0.0])
        if "goal" in route:
            goal = json.loads(told["goal_data"])
            goals = np.stack([np.array(goal["goal_x"]), np.array(goal["goal_y"])], axis=1)
            if len(goals) != robots:
                raise ValueError(f"{len(goals)} goals of {robots} robots")
            if route["goal"] == "number":
                end[:2] = goals[0]
            else:
                _marked(goals[0], files["image"][0])
        best = np.linspace(0, 1, WAYPOINTS + 1)[1:, None] * end
        paths = [best * (n + 1) / SAMPLES for n in range(SAMPLES)]
        return {
            "trajectory": [best.tolist()] * robots,
            "all_trajectory": [[path.tolist() for path in paths]] * robots,
            "all_values": [[float(n) for n in range(SAMPLES)]] * robots,
        }

    def log_message(self, *_):
        pass


def _typed(value, shape):
    """Refuse a value of another type than the published server takes."""
    if shape == "whole":
        if not isinstance(value, int):
            raise TypeError(f"{value} is no whole number")
    elif shape == "number":
        float(value)
    elif list(np.shape(value)) != shape:
        raise ValueError(f"{np.shape(value)} instead of {shape}")


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
