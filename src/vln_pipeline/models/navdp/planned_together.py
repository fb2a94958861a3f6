"""One run of the decoder for several robots that plan at the same time."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.conditioned_decoder import Condition, ConditionedDecoder

Planned = TypeVar("Planned")


@dataclass(frozen=True)
class Query:
    """What the decoder is asked while one robot's paths are drawn.

    Attributes:
        actions: (S, T, 3).
        condition: of what the robot sees, and of its goal.
        step: noise level to predict the noise of; None to be judged.
    """

    actions: Tensor
    condition: Condition
    step: int | None


@torch.inference_mode()
def planned_together(
    decoder: ConditionedDecoder, plannings: Sequence[Generator[Query, Tensor, Planned]]
) -> list[Planned | DataError]:
    """Return each robot's plan, or why there is none.

    Robots that ask the same, as those do that begin together with one configuration, are answered by one run. Each has
    its own draws, so a plan differs from the one made alone by rounding only.

    Args:
        decoder: which all of them share.
        plannings: ask the decoder, are sent its answers, and return plans.
    """
    plans: dict[int, Planned | DataError] = {}
    queries: dict[int, Query] = {}

    def go_on(number: int, answer: Tensor | None) -> None:
        queries.pop(number, None)
        try:
            queries[number] = next(plannings[number]) if answer is None else plannings[number].send(answer)
        except StopIteration as end:
            plans[number] = end.value
        except DataError as error:
            plans[number] = error

    for number in range(len(plannings)):
        go_on(number, None)
    while queries:
        first = next(iter(queries.values()))
        same = [
            number
            for number, query in queries.items()
            if (query.step, query.actions.shape) == (first.step, first.actions.shape)
        ]
        actions = torch.cat([queries[number].actions for number in same])
        condition = Condition.of([queries[number].condition for number in same])
        if first.step is None:
            answers = decoder.judge(actions, condition)
        else:
            answers = decoder.denoise(actions, condition, first.step)
        for number, answer in zip(same, answers.chunk(len(same)), strict=True):
            go_on(number, answer)
    return [plans[number] for number in range(len(plannings))]
