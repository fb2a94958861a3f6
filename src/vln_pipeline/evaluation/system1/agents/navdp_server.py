"""A policy behind NavDP's HTTP contract, as DD-PPO, iPlanner, ViPlanner, GNM, ViNT, NoMaD and NavDP itself are served.

Images go as multipart files (JPEG, and depth as 16-bit PNG in units of 0.1 mm), goals as JSON in the form field
``goal_data``; the answer's ``trajectory`` is (1, K, >= 2) metres, x forward, y left.
"""

import json

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.system1.agents.config import ServerConfig
from vln_pipeline.http_client import Answer, HttpClient
from vln_pipeline.redaction import redacted
from vln_pipeline.rendering.camera import CameraSetting

_STEP = {
    GoalKind.POINT: "pointgoal_step",
    GoalKind.PIXEL: "pixelgoal_step",
    GoalKind.IMAGE: "imagegoal_step",
    GoalKind.NONE: "nogoal_step",
}
_DEPTH_UNIT = 1e-4
"""Metres per unit of a depth image; 6.55 m is the farthest that can be told."""
_LARGEST = 16 * 2**20
"""Bytes of the largest answer that is read; a thousand candidates of 24 waypoints have some 2 MB."""


class NavdpServer:
    """A planner that asks a server. The server remembers one robot, so robots drive one after the other.

    Args:
        config: the server.

    Every call raises DataError where the server is not there, is too slow, reports an error or answers nonsense.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._address = config.url.rstrip("/")
        self._client = HttpClient(largest=_LARGEST)

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Tell the server that an episode begins; what it draws is its own affair."""
        matrix = camera.intrinsics.matrix.tolist()
        body = {"intrinsic": matrix, "stop_threshold": self._config.stop_threshold, "batch_size": 1}
        self._post("navigator_reset", json=body)

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return the server's answer."""
        files = {
            "image": ("image.jpg", self._jpeg(observation.rgb), "image/jpeg"),
            "depth": ("depth.png", _png(observation.depth), "image/png"),
        }
        data: dict[str, str] = {}
        if goal.kind is GoalKind.IMAGE and goal.image is not None:
            files["goal"] = ("goal.jpg", self._jpeg(goal.image), "image/jpeg")
        told = goal.point if goal.kind is GoalKind.POINT else goal.pixel if goal.kind is GoalKind.PIXEL else None
        if told is not None:
            data["goal_data"] = json.dumps({"goal_x": [float(told[0])], "goal_y": [float(told[1])]})
        return self._read(self._post(_STEP[goal.kind], files=files, data=data))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _post(self, path: str, **content: object) -> Answer:
        try:
            answer = self._client.post(f"{self._address}/{path}", self._config.timeout, **content)
        except TimeoutError as error:
            cause = f"/{path} gave no answer within {self._config.timeout:g} s"
            raise DataError(self._config.url, cause, "raise the server's timeout in evaluate_system1.agents") from error
        except ConnectionError as error:
            cause = f"connection failed ({error})"
            raise DataError(self._config.url, cause, "start the policy's server and run again") from error
        except ValueError as error:
            cause = f"/{path} gave an unusable answer ({error})"
            raise DataError(self._config.url, cause, "check that the server speaks NavDP's contract") from error
        if not answer.is_success:
            cause = f"/{path} answered HTTP {answer.status}: {redacted(answer.text)[:200]}"
            raise DataError(self._config.url, cause, "look at the server's log and run again")
        return answer

    def _read(self, response: Answer) -> Plan:
        try:
            answer = response.json()
            path = _paths(answer["trajectory"], 3)[0]
            candidates = _paths(answer.get("all_trajectory", [[]]), 4)[0]
            values = np.asarray(answer.get("all_values", [[]]), dtype=np.float64)[0]
            if len(values) != len(candidates):
                raise ValueError(f"{len(candidates)} trajectories with {len(values)} values")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
            cause = f"unusable answer ({type(error).__name__}: {error})"
            raise DataError(self._config.url, cause, "check that the server speaks NavDP's contract") from error
        order = np.argsort(-values, kind="stable")
        return Plan(path, stop=False, candidates=candidates[order], values=values[order])

    def _jpeg(self, rgb: NDArray[np.uint8]) -> bytes:
        channels = rgb if self._config.swapped_channels else rgb[..., ::-1]
        return cv2.imencode(".jpg", channels, [cv2.IMWRITE_JPEG_QUALITY, self._config.jpeg_quality])[1].tobytes()


def _png(depth: NDArray[np.float32]) -> bytes:
    units = np.clip(np.rint(depth / _DEPTH_UNIT), 0, np.iinfo(np.uint16).max)
    return cv2.imencode(".png", units.astype(np.uint16))[1].tobytes()


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
