"""Mixes of recordings, written as "r2r_125cm_0_30%30,rxr_60cm_15_15"."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from vln_pipeline.errors import DataError
from vln_pipeline.training.system2_data.config import RecordingConfig

_KEY = "data.mix"
_SHARE = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class MixPart:
    """One recording of a mix.

    Attributes:
        name: in the registry.
        recording: what that stands for.
        share: of its samples that is taken, more than 0 and at most 1.
    """

    name: str
    recording: RecordingConfig
    share: float


def parse_mix(mix: str, registry: Mapping[str, RecordingConfig]) -> tuple[MixPart, ...]:
    """Return the parts of a mix.

    Args:
        mix: names joined by commas, each with "%" and a number of percent or without.
        registry: what names stand for.

    Raises:
        DataError: a name is unknown or there twice, or a number of percent is none.

    >>> registry = {"home_60cm_15_15": RecordingConfig(height=60, pitch=15, look_down_pitch=15)}
    >>> [(part.name, part.share) for part in parse_mix("home_60cm_15_15%30", registry)]
    [('home_60cm_15_15', 0.3)]
    """
    parts: dict[str, MixPart] = {}
    for text in (part.strip() for part in mix.split(",")):
        name, percent, share = text.partition("%")
        if name not in registry:
            raise _unknown(name, registry)
        if name in parts:
            raise DataError(_KEY, f"names {name} twice", "name it once, with one percentage")
        if percent and not (_SHARE.fullmatch(share) and 0 < float(share) <= 100):
            cause = f"{text}: {share!r} is no number of percent above 0 and up to 100"
            raise DataError(_KEY, cause, f"write {name}%30, or {name} for all of it")
        parts[name] = MixPart(name, registry[name], float(share) / 100 if percent else 1.0)
    return tuple(parts.values())


def _unknown(name: str, registry: Mapping[str, RecordingConfig]) -> DataError:
    close = difflib.get_close_matches(name, registry, n=3)
    mend = f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(sorted(registry))}"
    return DataError(_KEY, f"{name!r} is not in the registry" if name else "a name is missing", mend)
