"""As much of ROS 2 as the example's node uses: messages with ROS's own fields, a clock, topics, tf."""

import sys
import types
from types import SimpleNamespace

import numpy as np


class _Stamp:
    def __init__(self, seconds=0.0):
        self.sec, self.nanosec = int(seconds), round((seconds - int(seconds)) * 1e9)


class _Header:
    def __init__(self):
        self.stamp, self.frame_id = _Stamp(), ""


class _Vector:
    def __init__(self):
        self.x = self.y = self.z = 0.0


class _Quaternion(_Vector):
    def __init__(self):
        super().__init__()
        self.w = 1.0


class Twist:
    def __init__(self):
        self.linear, self.angular = _Vector(), _Vector()


class PoseStamped:
    def __init__(self):
        self.header, self.pose = _Header(), SimpleNamespace(position=_Vector(), orientation=_Quaternion())


class Path:
    def __init__(self):
        self.header, self.poses = _Header(), []


class CameraInfo:
    def __init__(self):
        self.header, self.width, self.height, self.k = _Header(), 0, 0, np.zeros(9)


class Image:
    def __init__(self):
        self.header, self.width, self.height, self.step = _Header(), 0, 0, 0
        self.encoding, self.is_bigendian, self.data = "", 0, b""


class TransformException(Exception):
    pass


class Time:
    def __init__(self, seconds=0.0):
        self.seconds = seconds

    @property
    def nanoseconds(self):
        return round(self.seconds * 1e9)

    def to_msg(self):
        return _Stamp(self.seconds)

    @classmethod
    def from_msg(cls, stamp):
        return cls(stamp.sec + stamp.nanosec * 1e-9)


class Buffer:
    """Transforms of (3,) poses by time; tests add them."""

    def __init__(self):
        self.poses = []

    def add(self, seconds, pose):
        self.poses.append((seconds, np.array(pose)))

    def lookup_transform(self, target, source, when, timeout=None):
        assert (target, source) == ("odom", "base_link")
        if not self.poses or (when.seconds and when.seconds > self.poses[-1][0] + 1e-9):
            raise TransformException("the future")
        seconds = when.seconds or self.poses[-1][0]
        known = np.array([at for at, _ in self.poses])
        pose = [np.interp(seconds, known, [p[axis] for _, p in self.poses]) for axis in range(3)]
        found = PoseStamped()
        found.header.stamp = _Stamp(seconds)
        turn = SimpleNamespace(x=0.0, y=0.0, z=np.sin(pose[2] / 2), w=np.cos(pose[2] / 2))
        found.transform = SimpleNamespace(translation=SimpleNamespace(x=pose[0], y=pose[1], z=0.0), rotation=turn)
        return found


class Node:
    def __init__(self, name):
        self.name, self.now, self.logged = name, 0.0, []
        self.calls, self.published, self._values = {}, {}, {}

    def declare_parameter(self, name, value):
        self._values.setdefault(name, value)

    def get_parameter(self, name):
        return SimpleNamespace(value=self._values[name])

    def get_clock(self):
        return SimpleNamespace(now=lambda: Time(self.now))

    def get_logger(self):
        return SimpleNamespace(warning=self.logged.append, error=self.logged.append)

    def create_subscription(self, kind, topic, call, quality):
        self.calls[topic] = (kind, call)

    def create_publisher(self, kind, topic, depth):
        self.published[topic] = []
        return SimpleNamespace(publish=self.published[topic].append)

    def create_timer(self, period, call):
        self.timer = (period, call)

    def destroy_node(self):
        pass


def modules():
    """Return the modules that a program finds where ROS is installed."""
    made = {
        "rclpy": {"init": None, "spin": None, "shutdown": None},
        "rclpy.node": {"Node": Node},
        "rclpy.time": {"Time": Time},
        "rclpy.duration": {"Duration": lambda seconds: seconds},
        "rclpy.qos": {"qos_profile_sensor_data": 5},
        "geometry_msgs": {},
        "geometry_msgs.msg": {"Twist": Twist, "PoseStamped": PoseStamped},
        "nav_msgs": {},
        "nav_msgs.msg": {"Path": Path},
        "sensor_msgs": {},
        "sensor_msgs.msg": {"CameraInfo": CameraInfo, "Image": Image},
        "tf2_ros": {
            "Buffer": Buffer,
            "TransformException": TransformException,
            "TransformListener": lambda buffer, node: buffer,
        },
    }
    found = {}
    for name, names in made.items():
        found[name] = types.ModuleType(name)
        found[name].__dict__.update(names)
    return found


def image(stamp, pixels, encoding):
    """Return a message of an image whose rows are padded, as drivers pad them."""
    told = Image()
    told.header.stamp = _Stamp(stamp)
    told.height, told.width = pixels.shape[:2]
    rows = pixels.reshape(told.height, -1).view(np.uint8).reshape(told.height, -1)
    told.step = rows.shape[1] + 8
    told.encoding, told.data = encoding, np.pad(rows, ((0, 0), (0, 8))).tobytes()
    return told


def install(monkeypatch):
    """Let imports find these modules for one test."""
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)
