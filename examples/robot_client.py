"""Drives a robot by a served NavDP checkpoint; needs numpy, and nothing of vln_pipeline.

Fill in ``Robot`` with your camera, odometry and motors. Here it is a point that sees a grey wall, so that the program
runs as it is: ``python robot_client.py http://127.0.0.1:8888``. With ROS 2, see ``ros2_client``.
"""

import json
import struct
import sys
import time
import urllib.request
import zlib
from http.client import HTTPException

import numpy as np

PERIOD, SPEED, PATIENCE = 0.3, 0.3, 5.0  # seconds between plans; m/s; seconds for a plan


class Robot:
    """x, y, metres, and yaw, radians, in a frame that stays in place; the camera's matrix in pixels."""

    pose, intrinsic = np.zeros(3), ((60.0, 0.0, 47.5), (0.0, 60.0, 35.5), (0.0, 0.0, 1.0))

    def see(self):
        """Return (h, w, 3) RGB and (h, w) metres."""
        return np.full((72, 96, 3), 128, np.uint8), np.full((72, 96), 3.0)

    def drive(self, speed, turn_rate, seconds):
        """Carry out a command."""
        yaw = self.pose[2]
        self.pose = self.pose + seconds * np.array([speed * np.cos(yaw), speed * np.sin(yaw), turn_rate])


def png(pixels):
    """Return the file of (h, w, 3) uint8 or (h, w) uint16 pixels."""
    (height, width), deep = pixels.shape[:2], pixels.dtype == np.uint16
    rows = b"".join(b"\0" + row.astype(">u2" if deep else np.uint8).tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 16 if deep else 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    chunks = [b"IHDR" + head, b"IDAT" + zlib.compress(rows, 1), b"IEND"]
    framed = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def post(url, body, kind="application/json"):
    """Return the JSON that a server answers."""
    request = urllib.request.Request(url, body, {"Content-Type": kind, "X-Robot": "example"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  (the address is the user's)
        return json.load(answer)


def post_parts(url, **parts):
    """Return the JSON that a server answers; bytes are PNG files, text is a field."""
    body = b""
    for name, part in parts.items():
        file, content = ('; filename="a.png"', part) if isinstance(part, bytes) else ("", part.encode())
        head = f'--part\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return post(url, body + b"--part--\r\n", "multipart/form-data; boundary=part")


def main(url, goal=(2.0, 0.0), most=40):
    """Drive to within 0.5 m of a goal; return the distance that is left."""
    robot, known = Robot(), False
    for _ in range(most):
        (x, y), yaw = goal - robot.pose[:2], robot.pose[2]
        ahead, aside = x * np.cos(yaw) + y * np.sin(yaw), y * np.cos(yaw) - x * np.sin(yaw)  # the body's frame
        if np.hypot(x, y) < 0.5:
            break
        rgb, depth = robot.see()  # NavDP's contract wants red and blue swapped, and depth in units of 0.1 mm
        units = np.clip(np.rint(depth * 1e4), 0, 65535).astype(np.uint16)
        told = json.dumps({"goal_x": [ahead], "goal_y": [aside]})
        try:
            if not known:
                begun = {"intrinsic": robot.intrinsic, "stop_threshold": -3.0, "batch_size": 1}
                post(f"{url}/navigator_reset", json.dumps(begun).encode())
            known = True
            path = post_parts(f"{url}/pointgoal_step", image=png(rgb[..., ::-1]), depth=png(units), goal_data=told)
        except (OSError, HTTPException, ValueError) as fault:  # no server, or one that was started anew or fell silent
            print(f"standing still: {fault}")  # noqa: T201
            robot.drive(0.0, 0.0, PERIOD)
            time.sleep(PERIOD)
            known = False
            continue
        x, y = path["trajectory"][0][5][:2]
        bearing = np.arctan2(y, x)
        robot.drive(SPEED if abs(bearing) < 0.8 else 0.0, np.clip(bearing / PERIOD, -0.5, 0.5), PERIOD)
    return float(np.hypot(*(goal - robot.pose[:2])))


if __name__ == "__main__":
    print(f"{main(sys.argv[1]):.2f} m are left")  # noqa: T201
