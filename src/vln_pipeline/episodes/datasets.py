"""The data sets that can be read, and what holds for all files of each."""

from collections.abc import Callable
from dataclasses import dataclass

from vln_pipeline.episodes.episode import EpisodeSet
from vln_pipeline.episodes.formats import navspace, r2r, rxr, vlnce
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.upright import Order


@dataclass(frozen=True)
class Dataset:
    """One data set.

    Attributes:
        title: as its authors call it.
        short: its name in StreamVLN's file names.
        read: reads one of its files.
        files: where the file of a split may lie below the data set's folder; ``{split}`` and ``{role}`` are filled in.
        order: of its quaternions.
        turn: angle of its turn actions, degrees.
        step: length of its forward action, metres.
        terms: of its instructions, as a dataset card should print them.
    """

    title: str
    short: str
    read: Callable[[Source], EpisodeSet]
    files: tuple[str, ...]
    order: Order = "xyzw"
    turn: float = 15.0
    step: float = 0.25
    terms: str = ""


_CE = ("{split}/{split}.json.gz", "{split}.json.gz", "{split}/{split}.json", "{split}.json")
_MATTERPORT = "Matterport3D End User License Agreement"
DATASETS = {
    "r2r_ce": Dataset("R2R-CE", "r2r", vlnce.read, _CE, terms=f"CC BY-NC-SA 3.0 US; {_MATTERPORT}"),
    "envdrop": Dataset("EnvDrop-CE", "envdrop", vlnce.read, _CE, terms=f"CC BY-NC-SA 3.0 US; {_MATTERPORT}"),
    "scalevln": Dataset("ScaleVLN", "scalevln", vlnce.read, _CE, terms="those of its authors and of HM3D's scenes"),
    "rxr_ce": Dataset(
        "RxR-CE",
        "rxr",
        rxr.read,
        ("{split}/{split}_{role}.json.gz", "{split}_{role}.json.gz", "{split}/{split}_{role}.json"),
        turn=30.0,
        terms=f"CC BY; {_MATTERPORT}",
    ),
    "navspace": Dataset(
        "NavSpace", "navspace", navspace.read, _CE, order="wxyz", turn=30.0, terms="those of its authors"
    ),
    "r2r": Dataset("R2R", "r2r", r2r.read, ("R2R_{split}.json", "annotations/R2R_{split}.json"), terms=_MATTERPORT),
}
"""By the name that ``vlnce.episodes.dataset`` gives."""
