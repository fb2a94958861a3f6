"""A policy behind NavDP's HTTP contract, as DD-PPO, iPlanner, ViPlanner, GNM, ViNT, NoMaD and NavDP itself are served.

Images go as multipart files (JPEG, and depth as 16-bit PNG in units of 0.1 mm), goals as JSON in the form field
``goal_data``: metres for points, whole numbers for pixels, with which the published server slices its images. The
answer's ``trajectory`` is (1, K, >= 2) metres, x forward, y left.
"""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.image_files import NamedFile, colour_file, depth_file
from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.policy_server import PolicyServer
from vln_pipeline.evaluation.system1.agents.config import ServerConfig
from vln_pipeline.http_client import Answer
from vln_pipeline.rendering.camera import CameraSetting

_STEP = {
    GoalKind.POINT: "pointgoal_step",
    GoalKind.PIXEL: "pixelgoal_step",
    GoalKind.IMAGE: "imagegoal_step",
    GoalKind.NONE: "nogoal_step",
}
_NO_SESSION = 409


class NavdpServer:
    """A planner that asks a server. The server remembers one robot, so robots drive one after the other.

    Args:
        config: the server.

    Every call raises DataError where the server is not there, and EpisodeFaultError where it is too slow, reports an
    error or answers nonsense.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._server = PolicyServer(config.url, config.timeout, "evaluate_system1.agents")

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Tell the server that an episode begins; the published one takes no notice of seed and camera."""
        lens = camera.intrinsics
        self._begun = {
            "intrinsic": lens.matrix.tolist(),
            "stop_threshold": self._config.stop_threshold,
            "batch_size": 1,
            "seed": seed,
            "camera": {"height": camera.height, "pitch": camera.pitch, "width": lens.width, "rows": lens.height},
        }
        self._begin()

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return the server's answer."""
        files = {
            "image": self._colours(observation.rgb, "image"),
            "depth": depth_file(observation.depth),
        }
        data = {"odometry": json.dumps({"poses": [observation.pose.tolist()]})}
        if goal.kind is GoalKind.IMAGE and goal.image is not None:
            files["goal"] = self._colours(goal.image, "goal")
        told: Sequence[float] | None = None
        if goal.kind is GoalKind.POINT and goal.point is not None:
            told = [float(value) for value in goal.point]
        elif goal.kind is GoalKind.PIXEL and goal.pixel is not None:
            told = _whole_pixel(goal.pixel, observation.rgb.shape[1], observation.rgb.shape[0])
        if told is not None:
            data["goal_data"] = json.dumps({"goal_x": [told[0]], "goal_y": [told[1]]})
        path = _STEP[goal.kind]
        answer = self._server.ask(path, files=files, data=data)
        if answer.status == _NO_SESSION:  # a server of this project that was started anew
            self._begin()
            answer = self._server.ask(path, files=files, data=data)
        return self._read(self._server.checked(path, answer))

    def close(self) -> None:
        """Close the connection."""
        self._server.close()

    def _begin(self) -> None:
        path = "navigator_reset"
        self._server.checked(path, self._server.ask(path, json=self._begun))

    def _read(self, response: Answer) -> Plan:
        try:
            answer = response.json()
            path = _paths(answer["trajectory"], 3)[0]
            candidates = _paths(answer.get("all_trajectory", [[]]), 4)[0]
            values = np.asarray(answer.get("all_values", [[]]), dtype=np.float64)[0]
            if len(values) != len(candidates):
                raise ValueError(f"{len(candidates)} trajectories with {len(values)} values")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
            raise self._server.fault(f"unusable answer ({type(error).__name__}: {error})") from error
        order = np.argsort(-values, kind="stable")
        return Plan(path, stop=False, candidates=candidates[order], values=values[order])

    def _colours(self, rgb: NDArray[np.uint8], name: str) -> NamedFile:
        lossless, quality = self._config.lossless, self._config.jpeg_quality
        return colour_file(name, rgb, lossless=lossless, quality=quality, swapped=self._config.swapped_channels)


def _whole_pixel(pixel: NDArray[np.float64], width: int, height: int) -> tuple[int, int]:
    """Return the column and row that a pixel lies in, at most one image's size out of view.

    A goal behind the camera has no pixel, and the contract no word for that. It is told beyond the left border, so that
    the robot turns until it sees it.
    """
    if not np.isfinite(pixel).all():
        return -1, height // 2
    column, row = np.floor(pixel)
    return int(np.clip(column, -width, 2 * width)), int(np.clip(row, -height, 2 * height))


def _paths(nested: object, dimensions: int) -> NDArray[np.float64]:
    """Return the x and y of trajectories."""
    array = np.asarray(nested, dtype=np.float64)
    if array.size == 0 and dimensions == 4:
        return np.zeros((1, 0, 0, 2))
    if array.ndim != dimensions or array.shape[-1] < 2 or not array.size:
        raise ValueError(f"trajectories of shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("trajectories are not finite")
    return array[..., :2]
