"""System 2 and System 1, each in its own time."""

from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal, Follower
from vln_pipeline.evaluation.vln.agents.navigator import Decision, Navigator, Question
from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.planar import into, out_of, wrap
from vln_pipeline.models.system2.answer import Moves as Said
from vln_pipeline.models.system2.answer import PixelGoal, Stop
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import history_frames
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.serving.images import read_colour
from vln_pipeline.serving.native.moves import Moves
from vln_pipeline.serving.native.pilot import Course, Sight, Start
from vln_pipeline.serving.refused import RefusedRequestError

_STEP, _TURN = 0.25, np.radians(15.0)
"""Way, metres, or turn, radians, after which an image joins those that System 2 may be shown again, as in training."""


@dataclass(frozen=True)
class DualTimes:
    """When System 2 is asked and what is too old, in seconds of the robot's stamps; and how much is remembered.

    Attributes:
        rethink: age of a goal at which System 2 is asked anew, while System 1 goes on to it.
        stale: age at which an answer of System 2, or the goal that came of it, counts no more.
        frames: images of an episode at most that are kept.
        pixels: of an image at most.
        episode_bytes: of the images that are kept at most.
    """

    rethink: float
    stale: float
    frames: int
    pixels: int
    episode_bytes: int


@dataclass(frozen=True)
class _Goal:
    floor: FloorGoal
    path: NDArray[np.float64] | None
    """(K, 2) in the body frame where System 2 was asked, for a System 1 that does not look."""


class DualPilot:
    """Follows an instruction.

    System 2 thinks in ``mind``, about one question at a time; what it says is of the place where it was asked, and is
    taken over into the body's frame of whatever is seen then. System 1 plans for each sight.

    Args:
        navigator: System 2, of this robot alone; called in ``mind`` only.
        follower: System 1, likewise; called where ``see`` is.
        shown: what System 2 is shown.
        mind: the thread of System 2.
        times: when it is asked.
    """

    def __init__(
        self, navigator: Navigator, follower: Follower, shown: DialogueConfig, mind: Executor, times: DualTimes
    ) -> None:
        self._navigator, self._follower, self._shown = navigator, follower, shown
        self._mind, self._times = mind, times
        self._thought: Future[Decision] | None = None

    def begin(self, start: Start) -> None:
        """Begin an episode; an answer that is still to come belongs to the last one and is dropped."""
        if not start.instruction:
            raise RefusedRequestError(422, "begin.instruction: this checkpoint follows words, so it needs some")
        self.close()
        self._mind.submit(self._navigator.reset)
        self._task = Task(start.instruction, MotionConfig(), start.seed)
        self._follower.reset(self._task, None)
        self._files: list[bytes] = []
        self._kept: NDArray[np.float64] | None = None
        self._goal: _Goal | None = None
        self._moves: Moves | None = None
        self._over = False
        self._said: tuple[str, ...] = ()
        self._asked: Observation | None = None

    def see(self, sight: Sight) -> Course:
        """Return where to drive; no path while System 2 thinks about the first goal."""
        # The camera is tilted down: its image is level and look-down view in one.
        now = replace(sight.now, looks_down=True)
        self._remember(sight.file, now.pose)
        self._take(now)
        course = self._course(now)
        if self._thought is None and not self._over and self._should_think(now):
            self._thought = self._mind.submit(self._decide, self._question(now))
        age = None if self._asked is None else now.time - self._asked.time
        return replace(course, said=self._said, said_age=age, thinking=self._thought is not None)

    def close(self) -> None:
        """Let go of an open question."""
        if self._thought is not None:
            self._thought.cancel()
            self._thought = None

    def _decide(self, question: Question) -> Decision:
        return self._navigator.decide(question, self._follower.queries)

    def _should_think(self, now: Observation) -> bool:
        if self._moves is not None:
            return False
        return self._goal is None or now.time - self._goal.floor.seen.time >= self._times.rethink

    def _take(self, now: Observation) -> None:
        """Let an answer that is there take the place of the last one, unless it is too old."""
        if self._thought is not None and self._thought.done():
            thought, self._thought = self._thought, None
            decision = thought.result()
            if now.time - decision.asked.floor.time <= self._times.stale:
                self._adopt(decision)
        if self._goal is not None and now.time - self._goal.floor.seen.time > self._times.stale:
            self._goal = None

    def _adopt(self, decision: Decision) -> None:
        seen, answer = decision.asked.floor, decision.answer
        self._said, self._asked = decision.said, seen
        self._goal, self._moves = None, None
        if isinstance(answer, PixelGoal):
            size = (seen.rgb.shape[1], seen.rgb.shape[0])
            floor = FloorGoal(seen, np.array(answer.within(self._shown.goal_size, size)), decision.latent)
            self._goal = _Goal(floor, self._follower.path(floor, seen) if self._follower.once else None)
        elif isinstance(answer, Said):
            self._moves = Moves(answer.actions, seen.pose, self._task.motion)
        elif isinstance(answer, Stop):
            self._over = True

    def _course(self, now: Observation) -> Course:
        if self._over:
            return Course(actions=(int(Action.STOP),), stop=True)
        if self._moves is not None:
            left = self._moves.left(now.pose)
            if left and left[0] is Action.STOP:
                self._over = True
                return Course(actions=(int(Action.STOP),), stop=True)
            if left:
                path = self._moves.path(now.pose)
                heading = None if len(path) else self._moves.heading(now.pose)
                return Course(path, heading, tuple(int(action) for action in left))
            self._moves = None
        if self._goal is None:
            return Course()
        if self._goal.path is None:
            return Course(self._follower.path(self._goal.floor, now))
        ahead = into(now.pose, out_of(self._goal.floor.seen.pose, self._goal.path))
        return Course(ahead[int(np.argmin(np.hypot(*ahead.T))) :])

    def _remember(self, file: bytes, pose: NDArray[np.float64]) -> None:
        last = self._kept
        if last is not None and np.hypot(*(pose[:2] - last[:2])) < _STEP and abs(wrap(pose[2] - last[2])) < _TURN:
            return
        if len(self._files) >= self._times.frames:
            raise RefusedRequestError(409, f"the episode has {self._times.frames} images; send begin")
        if sum(map(len, self._files)) + len(file) > self._times.episode_bytes:
            cause = f"the episode's images have more than {self._times.episode_bytes} bytes; send begin"
            raise RefusedRequestError(409, cause)
        self._files.append(file)
        self._kept = pose

    def _question(self, now: Observation) -> Question:
        earlier = history_frames(len(self._files) - 1, self._shown.history)
        history = [read_colour(self._files[number], "rgb", self._times.pixels) for number in earlier]
        return Question(self._task.instruction, history, now.rgb, now)
