"""Which landmarks a leg names."""

from collections.abc import Iterator, Sequence

from vln_pipeline.labelling.landmarks import Mention, Relation
from vln_pipeline.labelling.nouns import Nouns


class Choice:
    """Mentions of a leg, each landmark used once.

    Args:
        mentions: what can be said, the most salient landmark first.
        nouns: of the language; two things that it may call the same are not told apart by their names.
    """

    def __init__(self, mentions: Sequence[Mention], nouns: Nouns) -> None:
        self._mentions, self._used, self._nouns = mentions, set[int](), nouns

    def best(self, *relations: Relation, frame: int | None = None, beside: Mention | None = None) -> Mention | None:
        """Return the first mention of a relation of a landmark that is not used yet.

        Args:
            relations: any of these.
            frame: when it must be so; None for any time.
            beside: one that is told already; another thing that may be called the same is not told beside it.
        """
        for mention in self._mentions:
            fits = mention.relation in relations and frame in (None, mention.frame)
            same = beside is not None and self._nouns.alike(mention.landmark.category, beside.landmark.category)
            if fits and not same and mention.landmark.instance not in self._used:
                self._used.add(mention.landmark.instance)
                return mention
        return None

    def goal(self) -> Mention | None:
        """Return what tells best where to stop: the only one of its kind in view first, then what one is next to."""
        goals = [m for m in self._mentions if m.relation is Relation.GOAL]
        found = min(goals, key=lambda m: (not m.landmark.alone, not m.beside), default=None)
        if found:
            self._used.add(found.landmark.instance)
        return found

    def across(self, goal: Mention) -> Mention | None:
        """Return a second goal, on the other side than the first."""
        return next((m for m in self._others(goal) if m.side == -goal.side), None) if goal.side else None

    def aside(self, goal: Mention) -> Mention | None:
        """Return a second goal, the only one of its kind in view, so that one of the two is ahead and one at a side."""
        found = (m for m in self._others(goal) if m.landmark.alone)
        return next((m for m in found if bool(m.side) is not bool(goal.side)), None)

    def of(self, known: Mention | None, relations: Sequence[Relation]) -> Mention | None:
        """Return another mention of a landmark that is already chosen."""
        same = (m for m in self._mentions if known and m.landmark.instance == known.landmark.instance)
        return next((m for m in same if m.relation in relations), None)

    def _others(self, goal: Mention) -> Iterator[Mention]:
        for m in self._mentions:
            if m.relation is Relation.GOAL and not self._nouns.alike(m.landmark.category, goal.landmark.category):
                yield m
