"""What a training of System 2 left."""

from pathlib import Path

from vln_pipeline.training.trained import Trained, read_trained


def read(directory: Path) -> Trained:
    """Return a handle on a training; checkpoints are models in the hub's layout, with what they are shown and asked.

    Raises:
        DataError: the folder holds none.
    """
    return read_trained(directory, "trained System 2")
