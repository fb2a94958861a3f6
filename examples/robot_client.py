"""Drives a robot by a served NavDP checkpoint; needs numpy and Pillow, and nothing of vln_pipeline.

Fill in ``Robot`` with your camera, odometry and motors. Here it is a point that sees a grey wall, so that the program
runs as it is: ``python robot_client.py http://127.0.0.1:8888``.
"""

import io
import json
import sys
import time
import urllib.error
import urllib.request

import numpy as np
from PIL import Image

PERIOD, SPEED, PATIENCE = 0.3, 0.3, 5.0  # seconds between plans; m/s; seconds for a plan


class Robot:
    """x, y, metres, and yaw, radians, in a frame that stays in place; the camera's matrix in pixels."""

    intrinsic = ((60.0, 0.0, 47.5), (0.0, 60.0, 35.5), (0.0, 0.0, 1.0))

    def __init__(self):
        self.pose = np.zeros(3)

    def see(self):
        """Return (h, w, 3) RGB and (h, w) metres."""
        return np.full((72, 96, 3), 128, np.uint8), np.full((72, 96), 3.0)

    def drive(self, speed, turn_rate, seconds):
        """Carry out a command."""
        self.pose[2] += turn_rate * seconds
        self.pose[:2] += speed * seconds * np.array([np.cos(self.pose[2]), np.sin(self.pose[2])])


def post(url, body, kind):
    """Return the JSON that a server answers."""
    head = {"Content-Type": kind, "X-Robot": "example"}
    request = urllib.request.Request(url, body, head)  # noqa: S310  (the address is the user's)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        return json.load(answer)


def multipart(**parts):
    """Return the body and its type; bytes are files, text is a field."""
    body = b""
    for name, content in parts.items():
        head = f'--part\r\nContent-Disposition: form-data; name="{name}"'
        body += (head + (f'; filename="{name}"' if isinstance(content, bytes) else "") + "\r\n\r\n").encode()
        body += (content if isinstance(content, bytes) else content.encode()) + b"\r\n"
    return body + b"--part--\r\n", "multipart/form-data; boundary=part"


def encoded(pixels, kind, **options):
    """Return an image file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def to_goal(robot, goal):
    """Return a goal, metres in the frame of odometry, in the body's frame: x forward, y left."""
    (x, y), yaw = goal - robot.pose[:2], robot.pose[2]
    return x * np.cos(yaw) + y * np.sin(yaw), y * np.cos(yaw) - x * np.sin(yaw)


def main(url, goal=(2.0, 0.0), most=40):
    """Drive to within 0.5 m of a goal; return the distance that is left."""
    robot = Robot()
    reset = json.dumps({"intrinsic": robot.intrinsic, "batch_size": 1}).encode()
    post(f"{url}/navigator_reset", reset, "application/json")
    for _ in range(most):
        x, y = to_goal(robot, np.array(goal))
        if np.hypot(x, y) < 0.5:
            break
        rgb, depth = robot.see()
        # NavDP's contract wants red and blue swapped, and depth in units of 0.1 mm.
        image = encoded(rgb[..., ::-1], "JPEG", quality=95)
        metres = encoded(np.clip(np.rint(depth * 1e4), 0, 65535).astype(np.uint16), "PNG")
        told = json.dumps({"goal_x": [x], "goal_y": [y]})
        try:
            answer = post(f"{url}/pointgoal_step", *multipart(image=image, depth=metres, goal_data=told))
        except urllib.error.HTTPError as error:
            if error.code != 409:  # the server was started anew and knows no robot
                raise
            post(f"{url}/navigator_reset", reset, "application/json")
            continue
        except OSError:  # nobody answers: stand still until somebody does
            robot.drive(0.0, 0.0, PERIOD)
            time.sleep(PERIOD)
            continue
        path = np.array(answer["trajectory"][0])
        ahead = path[min(5, len(path) - 1), :2]
        bearing = np.arctan2(ahead[1], ahead[0])
        robot.drive(SPEED if abs(bearing) < 0.8 else 0.0, np.clip(bearing / PERIOD, -0.5, 0.5), PERIOD)
    return float(np.hypot(*to_goal(robot, np.array(goal))))


if __name__ == "__main__":
    print(f"{main(sys.argv[1]):.2f} m are left")  # noqa: T201
