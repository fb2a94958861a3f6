"""Weight files of any origin, read without running what they may carry."""

from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from vln_pipeline.errors import DataError

WRAPPERS = ("state_dict", "model", "model_state_dict")
"""Keys under which training programs put the weights beside other state."""
PARALLEL = "module."
"""Prefix that data-parallel wrappers leave on every name."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the named tensors of a .safetensors file or of one written by ``torch.save``.

    Raises:
        DataError: the file is missing, cannot be read as weights alone, or holds none.
    """
    if not path.is_file():
        raise DataError(str(path), "there is no such file")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            str(path), f"cannot be read as weights: {cause}", "save its state_dict alone, or as safetensors"
        ) from error
    for wrapper in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not all(isinstance(value, Tensor) for value in content.values()):
        raise DataError(str(path), "holds no table of named tensors", "save the model's state_dict")
    return {str(name).removeprefix(PARALLEL): value for name, value in content.items()}


def check_names(path: Path, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Compare names and shapes.

    Raises:
        DataError: they differ; says how many are missing, unexpected or of another shape, and names the first of each.
    """
    shapes = [
        f"{name} {tuple(found[name].shape)} instead of {tuple(value.shape)}"
        for name, value in expected.items()
        if name in found and found[name].shape != value.shape
    ]
    faults = {
        "missing": [name for name in expected if name not in found],
        "unexpected": [name for name in found if name not in expected],
        "of another shape": shapes,
    }
    told = [
        f"{len(names)} {fault} ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
        for fault, names in faults.items()
        if names
    ]
    if told:
        raise DataError(
            str(path),
            f"does not fit the network: {'; '.join(told)}",
            "give the configuration it was trained with, or the checkpoint that belongs to this one",
        )
