"""What the words of an instruction are worth."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Where a follower ends that only has the words.

    Attributes:
        within_1m, within_3m: probability of ending so near to the goal.
        ambiguity: entropy of where it ends, in bits, over squares of a metre; 0 where it is lost.
        failing: the first statement that leads nowhere, empty where none does.
        contradictions: statements that the walk itself contradicts, and turns that it makes unsaid.
    """

    within_1m: float
    within_3m: float
    ambiguity: float
    failing: str = ""
    contradictions: tuple[str, ...] = ()
