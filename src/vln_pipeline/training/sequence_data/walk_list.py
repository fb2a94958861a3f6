"""All walks that a training may learn from, and which of them only validation sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scene_split import held_out
from vln_pipeline.seeding import generator
from vln_pipeline.training.sequence_data.ce_walks import ce_walks
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.pe_walks import pe_walks
from vln_pipeline.training.sequence_data.walk import SequenceWalk
from vln_pipeline.training.system2_data.report import ReadReport


@dataclass(frozen=True)
class Told:
    """A walk in one wording: numbers of both.

    Attributes:
        walk: in the list of walks.
        wording: among its instructions.
    """

    walk: int
    wording: int


def read_walks(config: SequenceDataConfig, own: Sequence[Path]) -> tuple[list[SequenceWalk], ReadReport]:
    """Return the walks of a mix and of recordings, cut to ``max_steps``.

    Args:
        config: which.
        own: folders of this run's exports.

    Raises:
        DataError: the mix is none, a folder holds no walks, or none can be learned from.
    """
    report = ReadReport()
    walks: list[SequenceWalk] = []
    sources: list[Iterator[SequenceWalk]] = [pe_walks(Path(folder), config, report) for folder in config.recordings]
    if config.mix is not None:
        sources.insert(0, ce_walks(config.mix, config, own, report))
    for walk in chain.from_iterable(sources):
        told = _speakable(walk, config.max_characters, report)
        if told.instructions:
            walks.append(_cut(told, config.max_steps))
            report.episodes += 1
    if not walks:
        first = f"; {report.lines()[1]}" if report.skipped else ""
        raise DataError("data", f"there is no walk to learn from{first}", "give walks with instructions")
    return walks, report


def divided(walks: Sequence[SequenceWalk], share: float, seed: int) -> tuple[list[Told], list[Told]]:
    """Return the samples to learn from and those to validate on, whole scenes at a time; of one scene, whole walks.

    Args:
        walks: all of them.
        share: of the scenes that is held out; at least one is.
        seed: of that choice, and of the shares of the mix.

    Raises:
        DataError: there is a single walk, or a share of the mix leaves none.
    """
    names = [walk.scene for walk in walks]
    if len(set(names)) == 1:
        names = [walk.name for walk in walks]
    held = held_out(names, share, seed)
    if not held:
        raise DataError(names[0], "one walk cannot be learned from and validated on", "give more walks")
    parts: tuple[list[Told], list[Told]] = ([], [])
    for source in dict.fromkeys(walk.source for walk in walks):
        numbers = [number for number, walk in enumerate(walks) if walk.source == source]
        for part, is_held in zip(parts, (False, True), strict=True):
            told = [
                Told(number, wording)
                for number in numbers
                if (names[number] in held) is is_held
                for wording in range(len(walks[number].instructions))
            ]
            order = generator(seed, "sequence_data", "share", source).permutation(len(told))
            kept = order[: int(len(told) * walks[numbers[0]].share)]
            part.extend(told[place] for place in sorted(kept.tolist()))
    if not all(parts):
        raise DataError("data.mix", "no walk is left to learn from or to validate on", "raise the percentages")
    return parts


def _speakable(walk: SequenceWalk, limit: int, report: ReadReport) -> SequenceWalk:
    kept = []
    for text in walk.instructions:
        if text and len(text) <= limit:
            kept.append(text)
        else:
            cause = f"an instruction has more than {limit} characters" if text else "an instruction is empty"
            report.skip(DataError(walk.name, cause))
    return replace(walk, instructions=tuple(kept))


def _cut(walk: SequenceWalk, steps: int) -> SequenceWalk:
    series = ("actions", "expert_actions", "progress", "poses")
    return replace(walk, **{name: getattr(walk, name)[:steps] for name in series})
