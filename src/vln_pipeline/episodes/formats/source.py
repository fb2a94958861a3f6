"""What a reader is told of the files it reads."""

from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.episodes.formats.upright import Order


@dataclass(frozen=True)
class Source:
    """The files of one split, and what holds for all of its episodes.

    Attributes:
        dataset: name of the data set.
        split: name of the split.
        path: the file of episodes.
        truth: the file of recorded actions, or None.
        graphs: the folder of connectivity graphs, for discrete episodes.
        order: of the quaternions.
        turn: angle of a turn action in ``truth``, degrees.
        step: length of a forward action, metres.
        languages: tags that are wanted, "en" for all kinds of English; empty for all.
        most_episodes: episodes kept at most, or None.
        max_file_size: largest file after decompression, GiB.
    """

    dataset: str
    split: str
    path: Path
    truth: Path | None
    graphs: Path | None
    order: Order
    turn: float
    step: float
    languages: tuple[str, ...] = ()
    most_episodes: int | None = None
    max_file_size: float = 2.0

    def wants(self, language: str) -> bool:
        """Tell whether instructions in a language are wanted."""
        tag = language.lower()
        return not self.languages or any(tag == w.lower() or tag.startswith(f"{w.lower()}-") for w in self.languages)
