"""What a training of a single system left."""

from pathlib import Path

from vln_pipeline.training.trained import Trained, read_trained


def read(directory: Path) -> Trained:
    """Return a handle on a training; checkpoints are model.safetensors and config.json, with the words they know.

    Raises:
        DataError: the folder holds none.
    """
    return read_trained(directory, "trained single system")
