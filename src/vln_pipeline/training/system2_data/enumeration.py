"""Which frames of a walk make samples, and what is taught at each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.answer import moves_text
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.training.system2_batch import SampleKind
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.episode import Episode, expert_from, require_moves


@dataclass(frozen=True)
class Moment:
    """What is taught at a frame.

    Attributes:
        kind: what the right answer is.
        frame: number of the frame.
        moves: symbols of a turn sample; empty for other kinds.
        goal: column and row of a pixel sample, pixels of the look-down view as it lies on disk.
        ahead: frames from here to the pixel goal.
    """

    kind: SampleKind
    frame: int
    moves: str = ""
    goal: tuple[int, int] = (-1, -1)
    ahead: int = -1


def moments(episode: Episode, config: System2DataConfig) -> Iterator[Moment]:
    """Yield what a walk teaches, with the rules of InternNav's loader.

    Of every ``sample_step``-th frame but the last: where no goal is in view and the robot does not go forward, the
    turns that come next; where a goal is in view, far enough ahead, that goal. At the last frame, to stop.

    A walk that somebody drove with an expert beside it teaches what the expert would have done: a goal where the robot
    went there as the expert would, and elsewhere the turns that the expert would make.

    Args:
        episode: the walk.
        config: the rules' numbers.

    Raises:
        DataError: the walk is too short, or an action or goal cannot be.
    """
    last = len(episode) - 1
    if len(episode) < config.min_frames:
        raise DataError(episode.name, f"fewer than {config.min_frames} frames")
    require_moves(episode)
    for frame in range(0, last, config.sample_step):
        ahead = int(episode.ahead[frame])
        if ahead == -1 or not _as_advised(episode, frame, ahead):
            turns = _turns(episode, frame, config.future_steps)
            if turns:
                yield Moment(SampleKind.TURN, frame, moves=moves_text(turns))
        elif ahead >= config.min_goal_ahead:
            yield Moment(SampleKind.PIXEL, frame, goal=_goal(episode, frame), ahead=ahead)
    yield Moment(SampleKind.STOP, last)


def _turns(episode: Episode, frame: int, limit: int) -> list[Action]:
    """Return the expert's actions from a frame on, before the first one forward."""
    told = expert_from(episode.actions, episode.expert_actions, frame, limit)
    return list(takewhile(lambda action: action is not Action.FORWARD, map(Action, told.tolist())))


def _as_advised(episode: Episode, frame: int, count: int) -> bool:
    """Tell whether a number of actions from a frame on are those that an expert would take."""
    ahead = slice(frame, frame + count)
    return bool(np.array_equal(episode.expert_actions[ahead], episode.actions[ahead]))


def _goal(episode: Episode, frame: int) -> tuple[int, int]:
    (column, row), (width, height) = episode.goals[frame].tolist(), episode.size
    if not (0 <= column < width and 0 <= row < height):
        raise DataError(episode.name, f"a pixel goal lies outside of its image of {width} x {height} pixels")
    if frame + episode.ahead[frame] >= len(episode):
        raise DataError(episode.name, "a pixel goal lies beyond the end of the walk")
    return column, row
