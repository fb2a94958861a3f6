"""System 2's turn: from an instruction and what was seen to what to do next."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.models.system2.answer import Answer, LookDown, Unparsable
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.plan import LatentPlan, Planner


@dataclass(frozen=True)
class Question:
    """What System 2 is shown; everything of one place, so that it may think while the robot drives on.

    Attributes:
        instruction: the words.
        history: earlier views, oldest first.
        level: the view ahead.
        floor: what the camera sees there when it looks down.
    """

    instruction: str
    history: Sequence[NDArray[np.uint8]]
    level: NDArray[np.uint8]
    floor: Observation


@dataclass(frozen=True)
class Decision:
    """What System 2 makes of a question.

    Attributes:
        asked: the question.
        answer: to look down is none any more: the question held the view.
        latent: the plan for System 1; None unless the answer is a pixel goal and System 1 follows latent plans.
        said: the words of all turns.
        seconds: that it took.
    """

    asked: Question
    answer: Answer
    latent: LatentPlan | None
    said: tuple[str, ...]
    seconds: float


class Navigator:
    """Holds conversations with System 2.

    Args:
        planner: System 2.
        dialogue: the words it is asked in.
        looks: how often it may ask for the floor in one turn; asking again after that means nothing.
        wordings: how often a question is put, each time in other words, before an answer that means nothing is
            handed on. A greedy model says the same to the same words.
    """

    def __init__(self, planner: Planner, dialogue: Dialogue, looks: int, wordings: int) -> None:
        self._planner, self._dialogue, self._looks = planner, dialogue, looks
        self._leads = range(min(wordings, len(dialogue.prompts.leads)))

    def reset(self) -> None:
        """Forget the last episode."""
        self._planner.reset()

    def decide(self, asked: Question, queries: Tensor | None) -> Decision:
        """Return the answer to a question.

        Args:
            asked: the question.
            queries: (Q, H) latent queries of System 1; None where it does not follow latent plans.
        """
        begun = time.perf_counter()
        said: list[str] = []
        for lead in self._leads:
            answer, latent = self._ask(asked, queries, lead, said)
            if not isinstance(answer, Unparsable):
                break
        return Decision(asked, answer, latent, tuple(said), time.perf_counter() - begun)

    def _ask(
        self, asked: Question, queries: Tensor | None, lead: int, said: list[str]
    ) -> tuple[Answer, LatentPlan | None]:
        conversation = self._dialogue.ask(asked.instruction, asked.history, asked.level, lead)
        planned = self._planner.plan(conversation, queries)
        said.append(planned.text)
        for _ in range(self._looks):
            if not isinstance(planned.answer, LookDown):
                break
            conversation = self._dialogue.look_down(conversation.answered(planned.text), asked.floor.rgb, lead)
            planned = self._planner.plan(conversation, queries)
            said.append(planned.text)
        if isinstance(planned.answer, LookDown):
            return Unparsable(planned.text, "it was shown the floor and asks for it again"), None
        return planned.answer, planned.latent
