"""All samples of some scenes as a table."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vln_pipeline.training.system2_batch import SampleKind
from vln_pipeline.training.system2_data.config import RecordingConfig
from vln_pipeline.training.system2_data.enumeration import Moment
from vln_pipeline.training.system2_data.episode import Episode

_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "episode": pa.int32(),
        "frame": pa.int32(),
        "kind": _WORDS,
        "moves": _WORDS,
        "column": pa.int32(),
        "row": pa.int32(),
        "ahead": pa.int32(),
        "width": pa.int32(),
        "height": pa.int32(),
        "instruction": _WORDS,
    }
)
"""Columns of one scene's samples; width and height are the look-down view's, the rest is that of ``Moment``."""


@dataclass(frozen=True)
class Source:
    """Where samples are from.

    Attributes:
        folder: of the dataset.
        scene: its name.
        name: of the recording in the registry.
        recording: through which cameras the walks are seen.
    """

    folder: Path
    scene: str
    name: str
    recording: RecordingConfig


@dataclass(frozen=True)
class Row:
    """One sample.

    Attributes:
        source: where it is from.
        episode: number in its dataset.
        moment: what is taught.
        size: width and height of the look-down view on disk, pixels.
        instruction: the route in words.
    """

    source: Source
    episode: int
    moment: Moment
    size: tuple[int, int]
    instruction: str

    @property
    def name(self) -> str:
        """Recording, scene, episode and frame, for a person."""
        return f"{self.source.name}/{self.source.scene}/episode_{self.episode:06d}, frame {self.moment.frame}"


class SampleTable:
    """Samples by number, in order of their sources, episodes, instructions and frames.

    Args:
        sources: where they are from.
        parts: the rows of each source, of ``SCHEMA``.

    Attributes:
        sources: where they are from.
        origin: (n,) int64 number of each sample's source.
        rows: columns of ``SCHEMA``.
    """

    def __init__(self, sources: Sequence[Source], parts: Sequence[pa.Table]) -> None:
        self.sources = tuple(sources)
        self.origin = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        self.rows = pa.concat_tables([SCHEMA.empty_table(), *parts]).unify_dictionaries().combine_chunks()

    def __len__(self) -> int:
        return len(self.origin)

    def __getitem__(self, number: int) -> Row:
        told = {name: self.rows[name][number].as_py() for name in SCHEMA.names}
        moment = Moment(
            SampleKind(told["kind"]), told["frame"], told["moves"], (told["column"], told["row"]), told["ahead"]
        )
        source = self.sources[self.origin[number]]
        return Row(source, told["episode"], moment, (told["width"], told["height"]), told["instruction"])

    def sources_of(self, numbers: NDArray[np.int64]) -> list[Source]:
        """Return where some samples are from, each source once.

        Args:
            numbers: (n,) of the samples.
        """
        return [self.sources[origin] for origin in np.unique(self.origin[numbers]).tolist()]

    def told(self, instructions: Mapping[int, str]) -> "SampleTable":
        """Return the table with other instructions at some samples.

        Args:
            instructions: by number of the sample.
        """
        texts = self.rows["instruction"].to_pylist()
        for number, text in instructions.items():
            texts[number] = text
        other = copy(self)
        place = self.rows.schema.get_field_index("instruction")
        other.rows = self.rows.set_column(place, SCHEMA.field("instruction"), pa.array(texts, _WORDS))
        return other

    def kinds(self) -> NDArray[np.str_]:
        """Return (n,) the kind of each sample."""
        column = self.rows["kind"].combine_chunks()
        return np.asarray(column.dictionary.to_pylist(), dtype=str)[column.indices.to_numpy()]


def table_of(episode: Episode, moments: Sequence[Moment]) -> pa.Table:
    """Return the samples of one walk: every moment with every instruction."""
    pairs = [(text, moment) for text in episode.instructions for moment in moments]
    values = {
        "episode": [episode.number] * len(pairs),
        "frame": [moment.frame for _, moment in pairs],
        "kind": [str(moment.kind) for _, moment in pairs],
        "moves": [moment.moves for _, moment in pairs],
        "column": [moment.goal[0] for _, moment in pairs],
        "row": [moment.goal[1] for _, moment in pairs],
        "ahead": [moment.ahead for _, moment in pairs],
        "width": [episode.size[0]] * len(pairs),
        "height": [episode.size[1]] * len(pairs),
        "instruction": [text for text, _ in pairs],
    }
    return pa.table({name: pa.array(column, SCHEMA.field(name).type) for name, column in values.items()}, SCHEMA)
