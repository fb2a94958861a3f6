"""What a training left."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vln_pipeline.errors import DataError

BEST, LAST, BOARD = "best", "last", "tensorboard"
LOG, DATA, CURVE, FIGURES = "log.jsonl", "data.txt", "curve.png", "training.json"


@dataclass(frozen=True)
class Trained:
    """The folder of one training; files are read when they are asked for.

    ::

        best/, last/     checkpoints
        log.jsonl        losses, learning rate and norm of the gradient of every step, validation where there was one
        curve.png        the losses
        data.txt         what was read, what was skipped and why, which scenes were held out
        training.json    steps, best validation loss, samples a second, memory
        tensorboard/     event files

    Attributes:
        directory: the folder.
    """

    directory: Path

    @property
    def best(self) -> Path:
        """Folder of the checkpoint with the smallest validation loss."""
        return self.directory / BEST

    @property
    def last(self) -> Path:
        """Folder of the checkpoint after the last step."""
        return self.directory / LAST

    def figures(self) -> dict[str, Any]:
        """Return steps, samples, samples a second, parameters, device and the like, see ``write_outcome``."""
        found: dict[str, Any] = json.loads((self.directory / FIGURES).read_text(encoding="utf-8"))
        return found

    def log(self) -> pd.DataFrame:
        """Return one row a step: ``step``, ``loss``, its parts, and ``validation/...`` where it was validated."""
        return pd.read_json(self.directory / LOG, lines=True)


def read_trained(directory: Path, what: str) -> Trained:
    """Return a handle on a training.

    Args:
        directory: the folder.
        what: what it should hold, for the error.

    Raises:
        DataError: the folder holds none.
    """
    if not (directory / BEST).is_dir():
        raise DataError(directory.name, f"holds no {what}", "train it again")
    return Trained(directory)
