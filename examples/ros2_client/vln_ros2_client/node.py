"""The node: images and odometry in, velocity out.

Subscribes to ``image``, ``depth`` and ``camera_info`` (sensor_msgs), and ``goal`` (geometry_msgs/PoseStamped); reads
the robot's place from tf, ``odom_frame`` to ``base_frame``, at the time of each image. Publishes ``cmd_vel``
(geometry_msgs/Twist) and the path that it follows, ``path`` (nav_msgs/Path), in ``odom_frame``.
"""

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped, Twist
from nav_msgs.msg import Path
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo, Image
from tf2_ros import Buffer, TransformException, TransformListener

from vln_ros2_client.driver import Driver
from vln_ros2_client.images import colours, metres, png
from vln_ros2_client.link import Link
from vln_ros2_client.planar import into, yaw_of
from vln_ros2_client.pursuit import Limits

_CONTROL = 20.0
"""Commands per second."""
_APART = 0.05
"""Seconds between a colour image and the depth image that goes with it, at most."""
_PARAMETERS = {
    "url": "ws://127.0.0.1:8888/robot",
    "token": "",
    "instruction": "",
    "odom_frame": "odom",
    "base_frame": "base_link",
    "camera_height": 0.6,
    "camera_pitch": 0.0,
    "plans_per_second": 3.0,
    "max_speed": 0.4,
    "max_turn_rate": 0.8,
}


class Client(Node):
    """Drives by what the server answers, and stops where it is lost."""

    def __init__(self, link=Link):
        """Declare parameters and topics; the connection is made when the camera is known."""
        super().__init__("vln_client")
        for name, value in _PARAMETERS.items():
            self.declare_parameter(name, value)
        self.driver = Driver(Limits(speed=self._told("max_speed"), turn_rate=self._told("max_turn_rate")))
        self._make_link, self._link, self._goal, self._depth = link, None, None, None
        self._sent = -1.0
        self._frames = Buffer()
        self._listener = TransformListener(self._frames, self)
        for kind, topic, call in (
            (CameraInfo, "camera_info", self.on_camera),
            (Image, "depth", self.on_depth),
            (Image, "image", self.on_image),
        ):
            self.create_subscription(kind, topic, call, qos_profile_sensor_data)
        self.create_subscription(PoseStamped, "goal", self.on_goal, 10)
        self._velocity = self.create_publisher(Twist, "cmd_vel", 10)
        self._paths = self.create_publisher(Path, "path", 10)
        self.create_timer(1.0 / _CONTROL, self.control)

    def on_camera(self, told):
        """Begin, with the first word about the camera."""
        if self._link is not None:
            return
        camera = {
            "width": told.width, "rows": told.height, "fx": told.k[0], "fy": told.k[4], "cx": told.k[2],
            "cy": told.k[5], "height": self._told("camera_height"), "pitch": self._told("camera_pitch"),
        }  # fmt: skip
        begin = {"type": "begin", "camera": camera, "instruction": self._told("instruction")}
        self._link = self._make_link(
            self._told("url"),
            begin,
            plan=self.on_plan,
            alive=lambda: self.driver.alive(self._now()),
            lost=self.driver.lost,
            warn=self.get_logger().warning,
            token=self._told("token"),
        )

    def on_goal(self, goal):
        """Take a goal in the frame of odometry."""
        if goal.header.frame_id != self._told("odom_frame"):
            self.get_logger().warning(f"a goal in frame {goal.header.frame_id!r} is not followed")
            return
        self._goal = np.array([goal.pose.position.x, goal.pose.position.y])

    def on_depth(self, image):
        """Keep the newest depth image."""
        self._depth = image

    def on_image(self, image):
        """Send what is seen, with where the robot was at that time."""
        stamp = _seconds(image.header.stamp)
        due = stamp - self._sent >= 1.0 / self._told("plans_per_second") - 1e-3
        if self._link is None or self._depth is None or not due:
            return
        if abs(_seconds(self._depth.header.stamp) - stamp) > _APART:
            return
        pose = self._pose(Time.from_msg(image.header.stamp))
        if pose is None:
            return
        self.driver.odometry(stamp, pose)
        goal = None if self._goal is None else {"point": [float(x) for x in into(pose, self._goal)[0]]}
        try:
            files = {"rgb": png(colours(image)), "depth": png(metres(self._depth))}
        except ValueError as error:
            self.get_logger().error(str(error))
            return
        self._sent = stamp
        self._link.send({"type": "see", "stamp": stamp, "pose": [float(x) for x in pose], "goal": goal, **files})

    def on_plan(self, told):
        """Take a path, and show it."""
        if not self.driver.plan(self._now(), told):
            return
        shown = Path()
        shown.header.frame_id = self._told("odom_frame")
        shown.header.stamp = self.get_clock().now().to_msg()
        for x, y in self.driver.path:
            place = PoseStamped()
            place.header = shown.header
            place.pose.position.x, place.pose.position.y = float(x), float(y)
            shown.poses.append(place)
        self._paths.publish(shown)

    def control(self):
        """Publish a command, twenty times a second, also to stand still."""
        pose = self._pose(Time())
        if pose is not None:
            self.driver.odometry(self._latest, pose)
        command = Twist()
        command.linear.x, command.angular.z = self.driver.command(self._now())
        self._velocity.publish(command)

    def close(self):
        """Stand still, and end the connection."""
        self._velocity.publish(Twist())
        if self._link is not None:
            self._link.close()

    def _pose(self, when):
        """Return (3,) place and yaw at a time, or None; the time that it is of is kept as ``_latest``."""
        frames = self._told("odom_frame"), self._told("base_frame")
        try:
            found = self._frames.lookup_transform(*frames, when, timeout=Duration(seconds=0.0))
        except TransformException:
            return None
        self._latest = _seconds(found.header.stamp)
        move, turn = found.transform.translation, found.transform.rotation
        return np.array([move.x, move.y, yaw_of(turn.x, turn.y, turn.z, turn.w)])

    def _now(self):
        return self.get_clock().now().nanoseconds * 1e-9

    def _told(self, name):
        return self.get_parameter(name).value


def _seconds(stamp):
    return stamp.sec + stamp.nanosec * 1e-9


def main():
    """Run the node until it is told to end."""
    rclpy.init()
    node = Client()
    try:
        rclpy.spin(node)
    finally:
        node.close()
        node.destroy_node()
        rclpy.shutdown()
