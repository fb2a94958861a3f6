"""What a training of StreamVLN left."""

from pathlib import Path

from vln_pipeline.training.trained import Trained, read_trained


def read(directory: Path) -> Trained:
    """Return a handle on a training; checkpoints are in the published layout, with what they are shown and asked.

    Raises:
        DataError: the folder holds none.
    """
    return read_trained(directory, "trained StreamVLN")
