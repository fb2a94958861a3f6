"""The words of a walk, as exports take them."""

from vln_pipeline.embodiments.walk import Walk
from vln_pipeline.labelling.labels import Clip, Labels

ANNOTATORS = "the annotators of the episodes"
"""What a dataset card calls whoever wrote the words."""


def words_of(walk: Walk) -> Labels:
    """Return a walk's instructions as wordings of one route; repeated ones count once."""
    first, *others = dict.fromkeys(walk.instructions)
    last = len(walk.trajectory.poses) - 1
    whole = Clip(0, last, first, first)
    return Labels(walk.trajectory.id, (whole,), first, (0, last), tuple(others), ANNOTATORS)
