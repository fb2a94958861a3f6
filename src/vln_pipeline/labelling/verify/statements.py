"""What an instruction says, piece by piece."""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What a statement asks for or tells."""

    START = "start"
    TURN = "turn"
    CURVE = "curve"
    MOVE = "move"
    PASSED = "passed"
    TOWARDS = "towards"
    REACH = "reach"
    ENTER = "enter"
    LEAVE = "leave"
    SEE = "see"
    STOP = "stop"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Statement:
    """One piece of an instruction.

    Attributes:
        act: what it is.
        text: the words it was read from.
        side: 1 left, -1 right, 0 where none is said.
        turn: least and most angle of a turn, degrees.
        metres: distance that is walked, or of a stop at a landmark that to it; None where none is said.
        landmark: category of an object, empty where none is named.
        where: how the landmark lies: "at", "before", "ahead", "side", "between" or empty; of a stop in a room "inside",
            just behind the door, "end", the far one, "middle" or empty.
        target: type of the room that is entered, or that a start or a stop is in; empty where none is named.
        source: type of the room that is left; empty where none is named.
        other: category of the second object of "between"; empty else.
    """

    act: Act
    text: str
    side: int = 0
    turn: tuple[float, float] = (0.0, 180.0)
    metres: float | None = None
    landmark: str = ""
    where: str = ""
    target: str = ""
    source: str = ""
    other: str = ""
