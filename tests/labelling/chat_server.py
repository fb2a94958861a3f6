"""A small HTTP server that speaks the OpenAI chat protocol and misbehaves on demand."""

import json
import threading
import time
from collections import deque
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = {
    "choices": [{"message": {"role": "assistant", "content": "Walk past the sofa and turn left."}}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 10},
}


class ChatServer(ThreadingHTTPServer):
    """Plays ``script`` first, one entry per request, then answers well; or asks it, where it is a function of the body.

    An entry is (status, headers, body); a body is an object, raw bytes, or a number of seconds to sleep before GOOD.
    """

    daemon_threads = True

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = deque(() if callable(script) else script)
        self.answer = script if callable(script) else None
        self.requests, self.times = [], []
        self.lock, self.busy, self.most_busy, self.pause = threading.Lock(), 0, 0, 0.0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests.append((self.path, dict(self.headers), body))
            server.times.append(time.monotonic())
            scripted = server.script.popleft() if server.script else (200, {}, GOOD)
            status, headers, answer = server.answer(body) if server.answer else scripted
            server.busy += 1
            server.most_busy = max(server.most_busy, server.busy)
        time.sleep(server.pause)
        if isinstance(answer, float):
            time.sleep(answer)
            answer = GOOD
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        with server.lock:
            server.busy -= 1
        try:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def serving(script=()):
    """Run a server in a thread."""
    server = ChatServer(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
