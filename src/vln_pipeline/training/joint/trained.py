"""What a training on latent plans left."""

from pathlib import Path

from vln_pipeline.training.trained import Trained, read_trained


def read(directory: Path) -> Trained:
    """Return a handle on a training; checkpoints are model.safetensors and config.json.

    Raises:
        DataError: the folder holds none.
    """
    return read_trained(directory, "System 1 trained on latent plans")
