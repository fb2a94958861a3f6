"""Plans for robots that ask at the same time."""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.conditioned_decoder import ConditionedDecoder
from vln_pipeline.models.navdp.planned_together import Query, planned_together
from vln_pipeline.models.navdp.policy import NavdpPlan
from vln_pipeline.serving.worker import Worker

Planning = Generator[Query, Tensor, NavdpPlan]


@dataclass(eq=False)
class _Request:
    plannings: Sequence[Planning]
    plans: list[NavdpPlan | DataError] = field(default_factory=list)
    fault: Exception | None = None
    left: bool = False
    """Whether nobody waits for it any more."""


class Planner:
    """Plans in the worker's thread. Whoever asks while it is at work is planned for together with the others after it.

    Args:
        decoder: which all robots share.
        worker: where it computes.
        most: robots at a time; one request's robots stay together.
    """

    def __init__(self, decoder: ConditionedDecoder, worker: Worker, most: int) -> None:
        self._decoder, self._worker, self._most = decoder, worker, most
        self._waiting: deque[_Request] = deque()

    async def plans(self, plannings: Sequence[Planning]) -> list[NavdpPlan]:
        """Return the plans of one request's robots.

        Raises:
            DataError: a robot's goal makes no sense.
            RefusedRequestError: too many requests are waiting.
        """
        request = _Request(plannings)
        self._waiting.append(request)
        try:
            await self._worker.run(lambda: self._answer(request))
        finally:
            request.left = True
        made = [plan for plan in request.plans if isinstance(plan, NavdpPlan)]
        fault = request.fault or next((plan for plan in request.plans if isinstance(plan, DataError)), None)
        if fault is not None:
            raise fault
        return made

    def _answer(self, request: _Request) -> None:
        """Plan for a request that was not planned for together with an earlier one, and for some of those after it."""
        if request.plans or request.fault:
            return
        # Requests come to the worker in this order, so whatever stands before this one is done or left.
        together: list[_Request] = []
        while self._waiting:
            following = self._waiting[0]
            if together and sum(len(r.plannings) for r in (*together, following)) > self._most:
                break
            self._waiting.popleft()
            if not following.left:
                together.append(following)
        try:
            plans = iter(planned_together(self._decoder, [one for r in together for one in r.plannings]))
        except Exception as error:  # which every one of them is told
            for one in together:
                one.fault = error
            return
        for one in together:
            one.plans = [next(plans) for _ in one.plannings]
