"""NavDP's HTTP contract, spoken by its published clients and by ``evaluate_system1``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.depth_units import DepthUnits
from vln_pipeline.serving.form import Message, Parts, file_of, read_form, read_message, robot_of, text_of
from vln_pipeline.serving.images import apart, read_colour, read_depth
from vln_pipeline.serving.known_cameras import KnownCameras
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.planner import Planner
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.sessions import Sessions
from vln_pipeline.serving.worker import Worker

_RESET = "post /navigator_reset first"
_MOST = 64
"""Robots of one session at most."""
_Number = Annotated[float, Field(ge=-1e6, le=1e6)]
_Row = Annotated[list[_Number], Field(min_length=3, max_length=3)]
_Numbers = Annotated[list[_Number], Field(max_length=_MOST)]
_Edge = Annotated[int, Field(ge=1, le=4096)]


class Camera(Message):
    """Where a robot's camera is and how large its images are, beyond the contract.

    Policies with ``avoidance`` need it, and it is compared with the cameras that the network learned from.
    """

    height: float = Field(gt=0)
    pitch: float = Field(ge=-90, le=90)
    width: _Edge
    rows: _Edge


class Reset(Message):
    """``/navigator_reset``; ``seed`` and ``camera`` are beyond the contract."""

    intrinsic: Annotated[list[_Row], Field(min_length=3, max_length=3)]
    stop_threshold: float | None = None
    batch_size: int = Field(default=1, ge=1, le=_MOST)
    seed: int = Field(default=0, ge=0, lt=2**63)
    camera: Camera | None = None

    @model_validator(mode="after")
    def _camera_has_a_lens(self) -> Self:
        if self.camera is not None and min(self.intrinsic[0][0], self.intrinsic[1][1]) <= 0:
            raise ValueError("a camera needs focal lengths above 0 in intrinsic")
        return self


class ResetOne(Message):
    """``/navigator_reset_env``."""

    env_id: int = Field(ge=0, lt=_MOST)


class Goals(Message):
    """``goal_data``: metres, x forward and y left, or column and row."""

    goal_x: _Numbers
    goal_y: _Numbers


class Poses(Message):
    """``odometry``, beyond the contract: x, y, metres, and yaw, radians, of each robot."""

    poses: Annotated[list[_Row], Field(max_length=_MOST)]


@dataclass(frozen=True)
class _Session:
    """Robots that one client drives side by side: a policy for each."""

    policies: list[NavdpPolicy]
    told: Reset
    units: DepthUnits = field(default_factory=DepthUnits)

    def reset(self, number: int) -> None:
        self.policies[number].reset(self.told.seed + number, _camera(self.told))


class NavdpContract:
    """The routes.

    Args:
        policy: that plans; every robot has its memory.
        config: what is taken.
        metrics: told how many robots there are.
        worker: where it plans.
        cameras: that the network learned from; None where nobody knows.
    """

    def __init__(
        self,
        policy: NavdpPolicy,
        config: ServeConfig,
        metrics: Metrics,
        worker: Worker,
        cameras: KnownCameras | None = None,
    ) -> None:
        self._policy, self._config, self._worker = policy, config, worker
        self._planner = Planner(policy.decoder, worker, config.together)
        self._cameras = cameras or KnownCameras()
        self._sessions: Sessions[_Session] = Sessions(config.robots, config.give_way)
        metrics.watch(self._sessions)

    def routes(self) -> list[Route]:
        """Return what is answered."""
        steps: dict[str, tuple[str, ...]] = {
            "/pointgoal_step": ("point",),
            "/pixelgoal_step": ("pixel",),
            "/imagegoal_step": ("goal",),
            "/nogoal_step": (),
            "/navdp_step_ip_mixgoal": ("point", "image_goal"),
        }
        calls: dict[str, Callable[[Request], Awaitable[JSONResponse]]] = {
            "/navigator_reset": self._reset,
            "/navigator_reset_env": self._reset_one,
        }
        calls |= {path: partial(self._step, kinds) for path, kinds in steps.items()}
        return [Route(path, call, methods=["POST"]) for path, call in calls.items()]

    async def _reset(self, request: Request) -> JSONResponse:
        told = read_message(await request.body(), Reset, "reset")
        camera = _camera(told)
        warnings = [] if camera is None else self._cameras.warnings(camera)

        def made() -> _Session:
            threshold = self._policy.config.stop_threshold if told.stop_threshold is None else told.stop_threshold
            session = _Session([self._policy.another(threshold) for _ in range(told.batch_size)], told)
            for number in range(told.batch_size):
                session.reset(number)
            return session

        self._sessions.open(robot_of(request), await self._worker.run(made))
        return JSONResponse({"algo": "navdp"} | ({"warnings": warnings} if warnings else {}))

    async def _reset_one(self, request: Request) -> JSONResponse:
        told = read_message(await request.body(), ResetOne, "reset")
        robot = robot_of(request)
        session = self._sessions.of(robot, _RESET)
        if told.env_id >= len(session.policies):
            raise RefusedRequestError(422, f"there are {len(session.policies)} robots in this session")
        with self._sessions.asked(robot, session):
            await self._worker.run(lambda: session.reset(told.env_id))
        return JSONResponse({"algo": "navdp"})

    async def _step(self, kinds: tuple[str, ...], request: Request) -> JSONResponse:
        robot = robot_of(request)
        session = self._sessions.of(robot, _RESET)
        form, robots = await read_form(request, self._config), len(session.policies)
        images = self._colours(form, "image", robots)
        depths = apart(read_depth(file_of(form, "depth"), "depth", self._config.pixels), robots, "depth")
        if images.shape[:3] != depths.shape:
            raise RefusedRequestError(422, "image and depth are not of one size")
        camera = session.told.camera
        if camera is not None and depths.shape[1:] != (camera.rows, camera.width):
            raise RefusedRequestError(422, "images are not of the size that the reset told of the camera")
        warnings = self._lens_warnings(session.told, *depths.shape[1:]) if camera is None else []
        warnings += session.units.warnings(depths)
        goals, poses = self._goals(form, kinds, robots), _poses(form, robots)
        seen = zip(session.policies, images, depths, goals, poses, strict=True)
        try:
            with self._sessions.asked(robot, session):
                plans = await self._planner.plans([policy.planning(*what) for policy, *what in seen])
        except DataError as error:
            raise RefusedRequestError(422, str(error)) from error
        return JSONResponse(
            {
                "trajectory": [plan.path.tolist() for plan in plans],
                "all_trajectory": [plan.candidates.tolist() for plan in plans],
                "all_values": [plan.scores.tolist() for plan in plans],
            }
            | ({"warnings": warnings} if warnings else {})
        )

    def _lens_warnings(self, told: Reset, height: int, width: int) -> list[str]:
        """Return what is wrong with the lens of a client that tells nothing else of its camera, as the published do."""
        ((fx, _, cx), (_, fy, cy), _) = told.intrinsic
        if min(fx, fy) <= 0:
            return []
        return self._cameras.lens_warnings(Intrinsics(width, height, fx, fy, cx, cy))

    def _goals(self, form: Parts, kinds: tuple[str, ...], robots: int) -> list[NavdpGoal]:
        """Return each robot's goal; ``kinds`` has "point", "pixel", or the name of the part with the goal's image."""
        places: list[NDArray[np.float64] | None] = [None] * robots
        images: list[NDArray[np.uint8] | None] = [None] * robots
        for kind in kinds:
            if kind in ("point", "pixel"):
                told = read_message(text_of(form, "goal_data"), Goals, "goal_data")
                if not len(told.goal_x) == len(told.goal_y) == robots:
                    raise RefusedRequestError(422, f"goal_data is not of {robots} robots")
                places = list(np.array([told.goal_x, told.goal_y]).T)
            else:
                images = list(self._colours(form, kind, robots))
        marked = "pixel" in kinds
        return [
            NavdpGoal(point=None if marked else place, pixel=place if marked else None, image=image)
            for place, image in zip(places, images, strict=True)
        ]

    def _colours(self, form: Parts, name: str, robots: int) -> NDArray[np.uint8]:
        """Return the (robots, h, w, 3) images of a part."""
        image = read_colour(file_of(form, name), name, self._config.pixels)
        if self._config.swapped_channels:
            image = np.ascontiguousarray(image[..., ::-1])
        return apart(image, robots, name)


def _poses(form: Parts, robots: int) -> list[NDArray[np.float64] | None]:
    if "odometry" not in form:
        return [None] * robots
    told = read_message(text_of(form, "odometry"), Poses, "odometry").poses
    if len(told) != robots:
        raise RefusedRequestError(422, f"odometry is not of {robots} robots")
    return [np.array(pose) for pose in told]


def _camera(told: Reset) -> CameraSetting | None:
    if told.camera is None:
        return None
    lens, seen = told.intrinsic, told.camera
    intrinsics = Intrinsics(seen.width, seen.rows, lens[0][0], lens[1][1], lens[0][2], lens[1][2])
    return CameraSetting("robot", seen.height, seen.pitch, intrinsics)
