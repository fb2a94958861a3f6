"""StreamVLN at the wheel: every few steps it is shown the current frame and says the next actions."""

import time
from collections import deque

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent, Task, Truth
from vln_pipeline.models.streamvln.answer import spoken_actions
from vln_pipeline.models.streamvln.stream import Glimpse, Stream
from vln_pipeline.planning.trajectory import Action


class StreamVlnAgent:
    """Follows an instruction with a StreamVLN.

    Every frame is seen, and the model is asked whenever no action is left. Of an answer only as many actions are done
    as the turn has, and none beyond the end of the window, so that every window begins with its memory. An answer
    without any action is a STOP, as upstream has it.

    Args:
        stream: the model at work.
    """

    rgb = True
    intents: tuple[Intent, ...] = ()

    def __init__(self, stream: Stream) -> None:
        self.depth = stream.pruning is not None
        self.calls: list[Call] = []
        self._stream = stream
        self._left: deque[Action] = deque()
        self._steps = 0

    def reset(self, task: Task, truth: Truth) -> None:
        """Begin an episode."""
        self._stream.begin(task.instruction)
        self.calls = []
        self._left.clear()
        self._steps = 0

    def step(self, observation: Observation) -> Action:
        """Return what to do now."""
        seen = Glimpse(observation.rgb, observation.depth, observation.pose, observation.camera)
        self._stream.watch(seen)
        if not self._left:
            begun = time.perf_counter()
            text = self._stream.answer().text
            seconds = time.perf_counter() - begun
            self.calls.append(Call("streamvln", self._steps, seconds, seconds, (text,)))
            self._left.extend(spoken_actions(text)[: self._stream.room])
        self._steps += 1
        return self._left.popleft()

    def close(self) -> None:
        """Nothing is held."""
