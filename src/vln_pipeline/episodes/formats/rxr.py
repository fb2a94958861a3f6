"""RxR in continuous environments (Ku et al. 2020): VLN-CE's schema with dictated instructions in several languages.

Identifiers are text; ``instruction`` also has instruction_id, language and ``timed_instruction``, a list of {word,
start_time, end_time} in which NaN stands for a time that the alignment missed. Guides' and followers' episodes lie in
files of their own.
"""

import math
from typing import Any

from vln_pipeline.episodes.episode import Episode, EpisodeSet, Instruction, SpokenWord
from vln_pipeline.episodes.formats.fields import name_of, require, text
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import rows
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.vlnce import episode_of, recordings
from vln_pipeline.episodes.quarantine import NotWantedError, collect

_LONG = 1e5
"""Longest plausible recording, seconds."""


def read(source: Source) -> EpisodeSet:
    """Return the episodes of a file in the languages that are wanted.

    Raises:
        DataError: a file cannot be read, or no episode of it can be used.
    """
    recorded = recordings(source)

    def make(row: Any) -> Episode:
        told = require(row, "instruction")
        language = text(told, "language")
        if not source.wants(language):
            raise NotWantedError(f"language {language}")
        name = name_of(told, "instruction_id") if told.get("instruction_id") is not None else ""
        instruction = Instruction(text(told, "instruction_text"), language, name, _words(told))
        return episode_of(row, instruction, source, recorded.get(name_of(row, "episode_id")))

    found = rows(read_text(source.path, source.max_file_size), "episodes", source.path.name)
    return collect(source.path.name, source.dataset, source.split, found, make, source.most_episodes)


def _words(told: Any) -> tuple[SpokenWord, ...]:
    spoken = told.get("timed_instruction") or []
    if not isinstance(spoken, list) or not all(isinstance(word, dict) for word in spoken):
        raise ValueError("timed_instruction is no list of words")
    return tuple(
        SpokenWord(str(word.get("word", "")), _seconds(word.get("start_time")), _seconds(word.get("end_time")))
        for word in spoken
    )


def _seconds(value: Any) -> float | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONG:
        raise ValueError(f"timed_instruction has a time that is none: {str(value)[:40]}")
    return float(value)
