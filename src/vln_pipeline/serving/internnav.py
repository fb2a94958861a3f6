"""The HTTP contract of InternNav's server for robots: ``/eval_dual``."""

from collections.abc import Callable
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from vln_pipeline.errors import DataError
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.dual_session import DualSession
from vln_pipeline.serving.form import Message, file_of, read_form, read_message, robot_of, text_of
from vln_pipeline.serving.images import read_depth
from vln_pipeline.serving.metrics import Metrics
from vln_pipeline.serving.refused import RefusedRequestError
from vln_pipeline.serving.sessions import Sessions
from vln_pipeline.serving.worker import Worker


class Step(Message):
    """The field ``json``; ``instruction`` and ``seed`` are beyond the contract and count with ``reset``."""

    reset: bool = False
    idx: int = 0
    instruction: str = Field(default="", max_length=4000)
    seed: int = Field(default=0, ge=0, lt=2**63)


class InternNavContract:
    """The routes.

    Args:
        begin: returns a robot's session for an instruction and a seed.
        instruction: of robots that tell none.
        config: what is taken.
        metrics: told how many robots there are.
        worker: where both systems compute.
    """

    def __init__(
        self,
        begin: Callable[[str, int], DualSession],
        instruction: str,
        config: ServeConfig,
        metrics: Metrics,
        worker: Worker,
    ) -> None:
        self._begin, self._instruction = begin, instruction
        self._config, self._worker = config, worker
        self._sessions: Sessions[DualSession] = Sessions(config.robots, config.give_way)
        metrics.watch(self._sessions)

    def routes(self) -> list[Route]:
        """Return what is answered."""
        return [Route("/eval_dual", self._step, methods=["POST"])]

    async def _step(self, request: Request) -> JSONResponse:
        form = await read_form(request, self._config)
        told = read_message(text_of(form, "json"), Step, "json")
        colour = file_of(form, "image")
        depth = read_depth(file_of(form, "depth"), "depth", self._config.pixels)
        robot = robot_of(request)
        if told.reset:
            instruction = told.instruction or self._instruction
            if not instruction:
                raise RefusedRequestError(422, "json.instruction: the server was started without one, so it is needed")
            self._sessions.open(robot, self._begin(instruction, told.seed))
        session = self._sessions.of(robot, "send reset in json first")

        def stepped() -> dict[str, Any]:
            return session.step(colour, depth)

        try:
            with self._sessions.asked(robot, session):
                return JSONResponse(await self._worker.run(stepped))
        except DataError as error:
            raise RefusedRequestError(422, str(error)) from error
