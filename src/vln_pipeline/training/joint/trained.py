"""What a training on latent plans left."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vln_pipeline.errors import DataError


@dataclass(frozen=True)
class TrainedJoint:
    """The folder of one training; files are read when they are asked for.

    ::

        best/, last/     checkpoints: model.safetensors, config.json
        log.jsonl        loss, learning rate and norm of the gradient of every step, validation where there was one
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
        return self.directory / "best"

    @property
    def last(self) -> Path:
        """Folder of the checkpoint after the last step."""
        return self.directory / "last"

    def log(self) -> pd.DataFrame:
        """Return one row a step: ``step``, ``loss``, and ``validation/...`` where it was validated."""
        return pd.read_json(self.directory / "log.jsonl", lines=True)


def read(directory: Path) -> TrainedJoint:
    """Return a handle on a training.

    Raises:
        DataError: the folder holds none.
    """
    if not (directory / "best").is_dir():
        raise DataError(directory.name, "holds no System 1 trained on latent plans", "train it again")
    return TrainedJoint(directory)
