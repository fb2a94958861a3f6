"""The HTTP contract of InternNav's agent server: ``/agent/init``, then ``step`` and ``reset`` of an agent by name."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from vln_pipeline.errors import DataError
from vln_pipeline.serving.agent_observation import read_observation
from vln_pipeline.serving.agent_session import AgentSession
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.form import Message, read_message, robot_of
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.sessions import Sessions
from vln_pipeline.serving.worker import Worker

_NAME = r"^[A-Za-z0-9_.-]{1,64}$"


class AgentConfig(Message):
    """Whom a client wants; path and settings of a checkpoint are left alone, since the server has its own."""

    name: str = Field(alias="model_name", pattern=_NAME)


class Init(Message):
    """``/agent/init``; ``seed`` is beyond the contract."""

    agent_config: AgentConfig
    seed: int = Field(default=0, ge=0, lt=2**63)


class Step(Message):
    """``/agent/{name}/step``."""

    observation: str


class Reset(Message):
    """``/agent/{name}/reset``; ``seed`` is beyond the contract, and there is one robot, whatever the index says."""

    reset_index: list[Any] | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)


class AgentContract:
    """The routes.

    Args:
        make: returns a robot's session for a seed.
        config: what is taken.
        metrics: told how many robots there are.
        worker: where both systems compute.
    """

    def __init__(
        self, make: Callable[[int], AgentSession], config: ServeConfig, metrics: Metrics, worker: Worker
    ) -> None:
        self._make, self._config, self._worker = make, config, worker
        self._sessions: Sessions[AgentSession] = Sessions(config.robots, config.give_way)
        metrics.watch(self._sessions)

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [
            Route("/agent/init", self._init, methods=["POST"]),
            Route("/agent/{name}/step", self._step, methods=["POST"]),
            Route("/agent/{name}/reset", self._reset, methods=["POST"]),
        ]

    async def _init(self, request: Request) -> JSONResponse:
        told = read_message(await request.body(), Init, "init")
        robot = robot_of(request)
        if robot and not re.fullmatch(_NAME, robot):  # no address would lead to its agent
            raise RefusedRequestError(422, "X-Robot: a robot's name has only letters, digits, and _ . - here")
        # Robots that are told apart get a name each, so that those of one model do not share a session.
        name = f"{told.agent_config.name}.{robot}" if robot else told.agent_config.name
        self._sessions.open(name, await self._worker.run(lambda: self._make(told.seed)))
        return JSONResponse({"status": "success", "agent_name": name}, 201)

    async def _step(self, request: Request) -> JSONResponse:
        name, session = self._session(request)
        told = read_message(await request.body(), Step, "step")
        observation = read_observation(told.observation, self._config.pixels)
        try:
            with self._sessions.asked(name, session):
                action = await self._worker.run(lambda: session.step(observation))
        except DataError as error:
            raise RefusedRequestError(422, str(error)) from error
        return JSONResponse({"action": [{"action": [action], "ideal_flag": True}]})

    async def _reset(self, request: Request) -> JSONResponse:
        name, session = self._session(request)
        told = read_message(await request.body(), Reset, "reset")
        with self._sessions.asked(name, session):
            await self._worker.run(lambda: session.reset(told.seed))
        return JSONResponse({"status": "success"})

    def _session(self, request: Request) -> tuple[str, AgentSession]:
        name = request.path_params["name"]
        if name not in self._sessions:
            raise RefusedRequestError(404, "there is no agent of this name; post /agent/init first")
        return name, self._sessions.of(name, "post /agent/init first")
