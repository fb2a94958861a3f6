"""Weights in several files with an index, as the hub has them."""

import json
from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import split_torch_state_dict_into_shards
from safetensors.torch import save_file
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.weights import read_weights

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
_MEND = "copy the folder anew"


def read_shards(folder: Path) -> dict[str, Tensor]:
    """Return the weights of a folder.

    Raises:
        DataError: the index or a file is missing or broken, or a file does not hold what the index says.
    """
    path = folder / INDEX
    if not path.is_file():
        return read_weights(folder / WHOLE)
    try:
        places = {str(name): str(file) for name, file in json.loads(path.read_bytes())["weight_map"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(str(path), f"is no index of weights ({type(error).__name__})", _MEND) from error
    weights: dict[str, Tensor] = {}
    for file in sorted({*places.values()}):
        if Path(file).name != file:
            raise DataError(str(path), f"names {file!r}, which is not in its folder", _MEND)
        weights |= read_weights(folder / file)
    wrong = sorted(weights.keys() ^ places.keys())
    if wrong:
        cause = f"its files and the index do not agree on {len(wrong)} weights, the first is {wrong[0]}"
        raise DataError(str(path), cause, _MEND)
    return weights


def write_shards(weights: Mapping[str, Tensor], folder: Path, largest: str) -> None:
    """Write weights in files of limited size, with an index where there are several.

    Args:
        weights: by name; no two may share memory.
        folder: of the files.
        largest: size of a file at most, for instance "5GB".

    Raises:
        OSError: the disk is full, for instance.
    """
    whole = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    split = split_torch_state_dict_into_shards(whole, max_shard_size=largest)
    for file, names in split.filename_to_tensors.items():
        save_file({name: whole[name] for name in names}, folder / file, metadata={"format": "pt"})
    if split.is_sharded:
        index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
        (folder / INDEX).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")
