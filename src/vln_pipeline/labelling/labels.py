"""The words that belong to one walk."""

from dataclasses import dataclass

from vln_pipeline.labelling.verify.verdict import Verdict


@dataclass(frozen=True)
class Clip:
    """A stretch of a walk between two keyframes.

    Attributes:
        start, end: first and last frame of the continuous dialect, both included.
        sub_instruction: what to do on this stretch, as the labeller described it.
        revised_sub_instruction: the same, rewritten for fluency.
    """

    start: int
    end: int
    sub_instruction: str
    revised_sub_instruction: str


@dataclass(frozen=True)
class Labels:
    """Instructions of one trajectory.

    Attributes:
        trajectory: trajectory id.
        clips: in order, covering the walk.
        sum_instruction: the whole route in one instruction.
        sum_indexes: (first, last) frame that ``sum_instruction`` covers.
        variants: further whole-route wordings, for dialects that carry several.
        labeller: name and version of what wrote them.
        verdicts: what a follower makes of ``sum_instruction`` and of each variant, in that order; empty where none was
            asked.
        language: code of the language that they are in.
    """

    trajectory: str
    clips: tuple[Clip, ...]
    sum_instruction: str
    sum_indexes: tuple[int, int]
    variants: tuple[str, ...] = ()
    labeller: str = ""
    verdicts: tuple[Verdict, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class Rejection:
    """A walk that could not be labelled.

    Attributes:
        trajectory: trajectory id.
        reason: one line that names the cause and the mend.
    """

    trajectory: str
    reason: str


@dataclass(frozen=True)
class LabelledWalks:
    """What labelling makes of one item of footage.

    Attributes:
        kept: instructions by walk, in the order of the footage.
        rejected: the other walks.
    """

    kept: tuple[Labels, ...]
    rejected: tuple[Rejection, ...] = ()
