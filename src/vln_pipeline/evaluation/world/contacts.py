"""Counting what a robot bumps into."""

from dataclasses import dataclass

_HINDERED = 0.5
"""Share of a commanded distance below which a motion in contact counts as blocked."""


@dataclass
class Contacts:
    """Contacts since the start of an episode.

    Attributes:
        steps: motions in which the body touched something.
        blocked: those of them that covered less than half the commanded distance.
        collisions: runs of consecutive motions in contact; leaning against a wall for a second is one collision.
        touching: whether the last motion was one in contact.
    """

    steps: int = 0
    blocked: int = 0
    collisions: int = 0
    touching: bool = False

    def add(self, contact: bool, wanted: float, covered: float) -> None:
        """Count one motion.

        Args:
            contact: whether the body touched something.
            wanted: distance commanded, metres.
            covered: distance moved, metres.
        """
        self.collisions += contact and not self.touching
        self.steps += contact
        self.blocked += contact and covered < _HINDERED * wanted
        self.touching = contact
