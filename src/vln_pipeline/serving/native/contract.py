"""The route of the native contract: ``/robot``, a WebSocket per robot."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.depth_units import DepthUnits
from vln_pipeline.serving.images import read_colour, read_depth
from vln_pipeline.serving.known_cameras import KnownCameras
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.native.conversation import Inbox
from vln_pipeline.serving.native.messages import Begin, See, packed, read
from vln_pipeline.serving.native.pilot import Pilot, Sight, Start
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.worker import Worker

ROUTE = "/robot"
_WAITING = 8
"""Messages of one robot that may wait; whoever sends more reads no answers."""
_TRY_LATER, _GONE = 1013, 1001


class NativeContract:
    """The route.

    Args:
        make: returns a pilot for one robot.
        config: what is taken.
        metrics: told of each answer.
        worker: where System 1 computes.
        cameras: that the networks learned from; None where nobody knows.
    """

    def __init__(
        self,
        make: Callable[[], Pilot],
        config: ServeConfig,
        metrics: Metrics,
        worker: Worker,
        cameras: KnownCameras | None = None,
    ) -> None:
        self._make, self._config, self._metrics, self._worker = make, config, metrics, worker
        self._cameras = cameras or KnownCameras()
        self._robots: set[WebSocket] = set()
        metrics.watch(self._robots)

    def routes(self) -> Sequence[WebSocketRoute]:
        """Return what is answered."""
        return [WebSocketRoute(ROUTE, self._talk)]

    async def _talk(self, socket: WebSocket) -> None:
        await socket.accept()
        if len(self._robots) >= self._config.robots:
            await socket.close(_TRY_LATER, f"{len(self._robots)} robots are served already")
            return
        self._robots.add(socket)
        inbox, robot = Inbox(), _Robot(self._make(), self._cameras, self._config.pixels)
        listening = asyncio.create_task(self._listen(socket, inbox))
        try:
            await self._answer(socket, inbox, robot)
        except (WebSocketDisconnect, TimeoutError):
            pass
        finally:
            listening.cancel()
            robot.pilot.close()
            self._robots.discard(socket)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it is closed already
                await socket.close(_GONE)

    async def _listen(self, socket: WebSocket, inbox: Inbox) -> None:
        """Put every message into the inbox, to the end of the connection."""
        while not inbox.full(_WAITING):
            received = await socket.receive()
            if received["type"] == "websocket.disconnect":
                break
            try:
                inbox.put(read(received.get("bytes") or b""))  # a message of text has no bytes
            except RefusedRequestError as error:
                inbox.put(error)
        inbox.put(WebSocketDisconnect(_GONE))

    async def _answer(self, socket: WebSocket, inbox: Inbox, robot: "_Robot") -> None:
        while True:
            answer: dict[str, Any]
            begun, status = time.perf_counter(), 200
            try:
                async with asyncio.timeout(self._config.idle):
                    message = await inbox.take()
                begun = time.perf_counter()
                skipped, inbox.skipped = inbox.skipped, 0
                answer = await self._worker.run(lambda: robot.answer(message))  # noqa: B023  (awaited in this turn)
                answer["skipped"] = skipped
            except RefusedRequestError as error:
                answer, status = {"type": "refused", "status": error.status, "error": error.cause}, error.status
            seconds = time.perf_counter() - begun
            self._metrics.answered(ROUTE, status, seconds)
            async with asyncio.timeout(self._config.deadline):
                await socket.send_bytes(packed(answer | {"seconds": seconds}))


class _Robot:
    """What is known of one robot."""

    def __init__(self, pilot: Pilot, cameras: KnownCameras, pixels: int) -> None:
        self.pilot = pilot
        self._cameras, self._pixels = cameras, pixels
        self._camera: CameraSetting | None = None
        self._stamp = -1.0
        self._units = DepthUnits()

    def answer(self, message: Begin | See) -> dict[str, Any]:
        """Return the answer to a message.

        Raises:
            RefusedRequestError: the message makes no sense now.
        """
        try:
            return self._begun(message) if isinstance(message, Begin) else self._seen(message)
        except DataError as error:
            raise RefusedRequestError(422, str(error)) from error

    def _begun(self, told: Begin) -> dict[str, Any]:
        seen = told.camera
        lens = Intrinsics(seen.width, seen.rows, seen.fx, seen.fy, seen.cx, seen.cy)
        camera = CameraSetting("robot", seen.height, seen.pitch, lens)
        warnings = self._cameras.warnings(camera)
        self.pilot.begin(Start(told.instruction, told.seed, camera))
        self._camera, self._stamp, self._units = camera, -1.0, DepthUnits()
        return {"type": "begun", "warnings": warnings, "trained_cameras": self._cameras.told()}

    def _seen(self, told: See) -> dict[str, Any]:
        camera, pixels = self._camera, self._pixels
        if camera is None:
            raise RefusedRequestError(409, "no episode has begun; send begin first")
        if told.stamp <= self._stamp:
            raise RefusedRequestError(422, "see.stamp: it is not after the last one")
        rgb, depth = read_colour(told.rgb, "rgb", pixels), read_depth(told.depth, "depth", pixels)
        if not rgb.shape[:2] == depth.shape == (camera.intrinsics.height, camera.intrinsics.width):
            raise RefusedRequestError(422, "rgb and depth are not of the size that begin told of the camera")
        self._stamp = told.stamp
        now, goal = Observation(rgb, depth, camera, np.array(told.pose), told.stamp), told.goal
        sight = Sight(
            now,
            told.rgb,
            point=None if goal is None or goal.point is None else np.array(goal.point),
            pixel=None if goal is None or goal.pixel is None else np.array(goal.pixel),
            image=None if goal is None or goal.image is None else read_colour(goal.image, "goal.image", pixels),
        )
        warnings = self._units.warnings(depth)
        return {"type": "plan", "stamp": told.stamp, "warnings": warnings} | self.pilot.see(sight).told()
