"""What System 2 says, and what it means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vln_pipeline.planning.trajectory import Action

LOOK_DOWN = "↓"
"""Asks for the view of the floor."""
_ACTIONS = {"STOP": Action.STOP, "↑": Action.FORWARD, "←": Action.LEFT, "→": Action.RIGHT}
_SYMBOLS = {action: symbol for symbol, action in _ACTIONS.items()}
_SYMBOL = re.compile(f"STOP|[↑←→{LOOK_DOWN}]")
_NUMBER = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class PixelGoal:
    """Go to a place on the floor.

    Attributes:
        column, row: where the look-down view shows it, pixels of ``DialogueConfig.goal_size``.
    """

    column: int
    row: int

    def within(self, goal_size: tuple[int, int], size: tuple[int, int]) -> tuple[float, float]:
        """Return column and row in the same view at another size; pixel centres are whole numbers.

        Args:
            goal_size: width and height that the goal is told in.
            size: width and height of the view.
        """
        column, row = (
            (at + 0.5) * new / old - 0.5 for at, new, old in zip((self.column, self.row), size, goal_size, strict=True)
        )
        return column, row


@dataclass(frozen=True)
class Moves:
    """Do these actions, then look again; a last STOP ends the episode."""

    actions: tuple[Action, ...]


@dataclass(frozen=True)
class LookDown:
    """Look down, show what is there and ask again."""


@dataclass(frozen=True)
class Stop:
    """The route is done."""


@dataclass(frozen=True)
class Unparsable:
    """Nothing that can be acted upon.

    Whoever drives keeps the robot where it is, starts no motion on behalf of such an answer, and decides how often to
    ask again before the episode ends.

    Attributes:
        text: what was said.
        cause: why it means nothing.
    """

    text: str
    cause: str


Answer = PixelGoal | Moves | LookDown | Stop | Unparsable


def parse(text: str, goal_size: tuple[int, int]) -> Answer:
    """Return the meaning of an answer; whatever the text, nothing is raised.

    Numbers come before symbols: with any digit in it, the first two numbers are a pixel goal. Of symbols, those from
    the first STOP or ↓ on are not read.

    Args:
        text: the model's words.
        goal_size: width and height that pixel goals are told in.

    >>> parse("132 240", (640, 480)), parse("←←", (640, 480)), parse("STOP", (640, 480))
    (PixelGoal(column=132, row=240), Moves(actions=(<Action.LEFT: 2>, <Action.LEFT: 2>)), Stop())
    """
    numbers = _NUMBER.findall(text)
    if len(numbers) == 1:
        return Unparsable(text, "one number is no pixel")
    if numbers:
        if max(map(len, numbers[:2])) > len(str(max(goal_size))):
            return Unparsable(text, f"lies outside of {goal_size[0]} x {goal_size[1]} pixels")
        goal = PixelGoal(int(numbers[0]), int(numbers[1]))
        if goal.column >= goal_size[0] or goal.row >= goal_size[1]:
            return Unparsable(text, f"lies outside of {goal_size[0]} x {goal_size[1]} pixels")
        return goal
    symbols = _SYMBOL.findall(text)
    if not symbols:
        return Unparsable(text, "neither a number nor one of STOP ↑ ← → ↓")
    if symbols[0] == LOOK_DOWN:
        return LookDown()
    if symbols[0] == "STOP":
        return Stop()
    actions: list[Action] = []
    for symbol in symbols:
        if symbol == LOOK_DOWN:
            break
        actions.append(_ACTIONS[symbol])
        if symbol == "STOP":
            break
    return Moves(tuple(actions))


def goal_text(goal: PixelGoal) -> str:
    """Return how a pixel goal is said."""
    return f"{goal.column} {goal.row}"


def moves_text(actions: Sequence[Action]) -> str:
    """Return how actions are said; a single STOP ends the route."""
    return "".join(_SYMBOLS[action] for action in actions)


def goal_at(pixel: tuple[float, float], size: tuple[int, int], goal_size: tuple[int, int]) -> PixelGoal:
    """Return the goal for a pixel of a view; the nearest one in the image.

    Args:
        pixel: column and row in the view; pixel centres are whole numbers.
        size: width and height of the view.
        goal_size: width and height that goals are told in.
    """
    told = (
        min(max(round((at + 0.5) * new / old - 0.5), 0), new - 1)
        for at, old, new in zip(pixel, size, goal_size, strict=True)
    )
    return PixelGoal(*told)
