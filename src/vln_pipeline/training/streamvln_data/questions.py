"""Questions about videos (LLaVA-Video-178K), scans (ScanQA, SQA3D) and images, in LLaVA's file schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.anyres import in_square, tiles
from vln_pipeline.models.streamvln.conversation import Message, Part, Visual
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.streamvln.prompts import Prompts
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.prompt_file import filled, joined
from vln_pipeline.training.streamvln_data.config import StreamVlnDataConfig
from vln_pipeline.training.streamvln_data.media import read_clip, read_picture, read_scan, within

_IMAGE, _VIDEO = "<image>", "<video>"
_ROLES = {"human": Role.USER, "gpt": Role.ASSISTANT}
_SCHEMA = "{id, video or image, data_source, conversations: [{from: human or gpt, value}]}"


class Questions:
    """Makes conversations of items.

    Args:
        name: of the task.
        items: as the files have them, each with the file that it is from.
        folder: of the media.
        scans: whether videos are folders of posed images.
        processor: makes squares of frames.
        prompts: what precedes conversations and videos.
        config: how much is shown.
    """

    def __init__(
        self,
        name: str,
        items: Sequence[tuple[Path, Mapping[str, Any]]],
        folder: Path,
        processor: Processor,
        prompts: Prompts,
        config: StreamVlnDataConfig,
        *,
        scans: bool,
    ) -> None:
        self._name, self._items, self._folder, self._scans = name, items, folder, scans
        self._processor, self._prompts, self._config = processor, prompts, config

    @property
    def name(self) -> str:
        """Of the task."""
        return self._name

    def __len__(self) -> int:
        return len(self._items)

    def told(self, place: int) -> str:
        """Return file and item."""
        file, item = self._items[place]
        return f"{file.name}, item {item.get('id', place) if isinstance(item, Mapping) else place}"

    def messages(self, place: int, random: np.random.Generator) -> tuple[Message, ...]:  # noqa: ARG002  (nothing is drawn)
        """Return questions and answers.

        Raises:
            DataError: the item is not of the schema, or its media cannot be read.
        """
        item = self._items[place][1]
        turns = self._turns(item, self.told(place))
        if "video" in item:
            turns[0] = (turns[0][0], self._with_video(turns[0][1], within(self._folder, _source(item), item["video"])))
            shown = [(role, parts) for role, parts in turns]
        else:
            images = item.get("image", [])
            visuals = self._pictures([images] if isinstance(images, str) else images)
            shown = _with_pictures(turns, visuals, self.told(place))
        return (
            Message(Role.SYSTEM, (self._prompts.system,)),
            *(Message(role, joined([p for p in parts if p != ""])) for role, parts in shown),
        )

    def _turns(self, item: Mapping[str, Any], told: str) -> list[tuple[Role, list[str | Part]]]:
        try:
            turns = [(_ROLES[turn["from"]], str(turn["value"])) for turn in item["conversations"]]
            if not isinstance(item.get("video", ""), str):
                raise TypeError(item["video"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(told, f"is not of the schema {_SCHEMA} ({type(error).__name__})") from error
        if turns and turns[0][0] is Role.ASSISTANT:
            turns = turns[1:]
        roles = [role for role, _ in turns]
        if roles != [Role.USER, Role.ASSISTANT] * (len(roles) // 2) or not roles:
            raise DataError(told, "human and gpt do not take turns", "remove the item")
        return [(role, [text]) for role, text in turns]

    def _with_video(self, question: list[str | Part], path: Path) -> list[str | Part]:
        text = "".join(part for part in question if isinstance(part, str))
        asked = text.replace(_IMAGE, "").replace(_VIDEO, "").strip()
        if self._scans:
            return [Visual(read_scan(path, self._config.video_frames, self._processor.square)), f"\n{asked}"]
        clip = read_clip(path, self._config.video_frames, self._processor.square)
        values: Mapping[str, Sequence[str | Part]] = {
            "seconds": [f"{clip.seconds:.2f}"],
            "frames": [str(len(clip.images))],
            "times": [", ".join(f"{time:.2f}s" for time in clip.times)],
        }
        return [Visual(clip.images), "\n", *filled(self._prompts.video_time, values), f"\n{asked}"]

    def _pictures(self, names: Sequence[str]) -> list[Visual]:
        """Return each picture; a single one in tiles, several in squares."""
        pictures = [read_picture(within(self._folder, name)) for name in names]
        edge, anyres = self._processor.shape.image_size, self._config.anyres
        if len(pictures) == 1 and anyres is not None:
            return [Visual(tiles(pictures[0], edge, anyres))]
        if len(pictures) == 1:
            return [Visual(self._processor.square(pictures[0])[None])]
        return [Visual(in_square(picture, edge)[None]) for picture in pictures]


def _source(item: Mapping[str, Any]) -> str:
    return str(item.get("data_source") or "")


def _with_pictures(
    turns: Sequence[tuple[Role, list[str | Part]]], visuals: Sequence[Visual], told: str
) -> list[tuple[Role, list[str | Part]]]:
    """Return turns with pictures in the place of their placeholders, in order."""
    left = list(visuals)
    shown = []
    for role, parts in turns:
        pieces = "".join(part for part in parts if isinstance(part, str)).split(_IMAGE)
        filled_in: list[str | Part] = [pieces[0]]
        for piece in pieces[1:]:
            if not left:
                raise DataError(told, f"has more {_IMAGE} than images", "remove the item")
            filled_in += [left.pop(0), piece]
        shown.append((role, filled_in))
    if left:
        raise DataError(told, f"has {len(left)} images without {_IMAGE}", "remove the item")
    return shown
