"""Web pages with pictures (MMC4-core): each picture is a turn, the text up to the next one its answer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.conversation import Message, Part, Visual
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.streamvln.prompts import Prompts
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.prompt_file import joined
from vln_pipeline.training.streamvln_data.media import read_picture, within

_SCHEMA = "{text_list, image_info: [{image_name, matched_text_index}]}"


class WebPages:
    """Makes conversations of pages, which stay in their files until they are asked for.

    Args:
        name: of the task.
        shards: files of JSON lines.
        folder: of the images.
        most: pictures of a page at most, the first ones that it names.
        processor: makes squares of pictures.
        prompts: what precedes conversations.

    Raises:
        DataError: a file cannot be read.
    """

    def __init__(
        self, name: str, shards: Sequence[Path], folder: Path, most: int, processor: Processor, prompts: Prompts
    ) -> None:
        self._name, self._folder, self._most, self._processor, self._prompts = name, folder, most, processor, prompts
        self._lines = [(shard, at) for shard in shards for at in _line_starts(shard)]

    @property
    def name(self) -> str:
        """Of the task."""
        return self._name

    def __len__(self) -> int:
        return len(self._lines)

    def told(self, place: int) -> str:
        """Return file and where its line begins."""
        shard, at = self._lines[place]
        return f"{shard.name}, byte {at}"

    def messages(self, place: int, random: np.random.Generator) -> tuple[Message, ...]:  # noqa: ARG002  (nothing is drawn)
        """Return a page in turns.

        Raises:
            DataError: the line is not of the schema, or a picture cannot be read.
        """
        texts, pictures = self._page(place)
        said = [Message(Role.SYSTEM, (self._prompts.system,))]
        ends = [*(index for index, _ in pictures[1:]), len(texts)]
        for number, ((begin, name), end) in enumerate(zip(pictures, ends, strict=True)):
            seen = Visual(self._processor.square(read_picture(within(self._folder, name)))[None])
            before = "".join(texts[:begin]) if number == 0 else ""
            shown: list[str | Part] = [before, seen, "."]
            said += [
                Message(Role.USER, joined([part for part in shown if part != ""])),
                Message(Role.ASSISTANT, ("".join(texts[begin:end]),)),
            ]
        return tuple(said)

    def _page(self, place: int) -> tuple[list[str], list[tuple[int, str]]]:
        """Return the texts, and index of text and name of each picture, in their order."""
        shard, at = self._lines[place]
        try:
            with shard.open("rb") as file:
                file.seek(at)
                page: Any = json.loads(file.readline())
            texts = [str(text) for text in page["text_list"]]
            named = [(int(one["matched_text_index"]), str(one["image_name"])) for one in page["image_info"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(self.told(place), f"is not of the schema {_SCHEMA} ({type(error).__name__})") from error
        pictures = sorted(named[: self._most], key=lambda one: one[0])
        if not pictures or not all(0 <= index < len(texts) for index, _ in pictures):
            raise DataError(self.told(place), "has no picture, or one beside none of its texts", "remove the line")
        return texts, pictures


def _line_starts(shard: Path) -> list[int]:
    starts, at = [], 0
    try:
        with shard.open("rb") as file:
            for line in file:
                if line.strip():
                    starts.append(at)
                at += len(line)
    except OSError as error:
        raise DataError(str(shard), f"cannot be read ({type(error).__name__})", "copy the file anew") from error
    return starts
