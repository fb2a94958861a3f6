"""A robot that speaks the native contract."""

import cv2
import msgpack
import numpy as np
from websockets.sync.client import connect

CAMERA = {"width": 48, "rows": 36, "fx": 24.0, "fy": 24.0, "cx": 23.5, "cy": 17.5, "height": 0.6, "pitch": 15.0}


def png(image):
    return cv2.imencode(".png", image if image.ndim == 2 else image[..., ::-1])[1].tobytes()


def begin(**told):
    return {"type": "begin", "camera": CAMERA} | told


def see(stamp, rgb, depth, pose=(0.0, 0.0, 0.0), goal=None):
    """Return a sight; ``depth`` in units of 0.1 mm."""
    files = {"rgb": png(rgb), "depth": png(np.asarray(depth, np.uint16))}
    return {"type": "see", "stamp": stamp, "pose": list(pose), "goal": goal, **files}


class Robot:
    """Asks, and waits for the answer."""

    def __init__(self, url, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = url.replace("http", "ws") + "/robot"
        self._connection = connect(address, additional_headers=headers, compression=None, ping_interval=None)
        self.socket = self._connection.__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self._connection.__exit__(*fault)

    def send(self, message):
        self.socket.send(message if isinstance(message, bytes | str) else msgpack.packb(message))

    def receive(self):
        return msgpack.unpackb(self.socket.recv(timeout=300))

    def ask(self, message):
        self.send(message)
        return self.receive()
