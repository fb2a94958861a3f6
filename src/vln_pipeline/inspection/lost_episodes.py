"""Episodes that no score has, since whoever drove them failed."""

from collections.abc import Callable, Iterable
from typing import Protocol

from vln_pipeline.evaluation.episode_fault import LostEpisode
from vln_pipeline.inspection.page import Section, table_of


class Driven(Protocol):
    """The drives of an agent in a scene."""

    @property
    def scene(self) -> str:
        """Scene id."""
        ...

    @property
    def agent(self) -> str:
        """Name."""
        ...

    @property
    def lost(self) -> tuple[LostEpisode, ...]:
        """Episodes that were given up."""
        ...


def lost_episodes(drives: Iterable[Callable[[], Driven]]) -> tuple[Section, ...]:
    """Return a section that lists them; none where there are none."""
    rows = [
        (driven.scene, driven.agent, episode.id, episode.cause)
        for driven in (load() for load in drives)
        for episode in driven.lost
    ]
    text = "Begun twice each; they count in no score, so compare agents that lost some with care."
    return (Section("Episodes given up", text, table_of(["scene", "agent", "episode", "cause"], rows)),) if rows else ()
