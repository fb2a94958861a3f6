"""The tokenizer and the image processor of a published folder, as transformers 4.51 and later releases open them."""

import json
from pathlib import Path
from typing import Any

_QWEN2 = "Qwen2Tokenizer"
_GENERAL = "PreTrainedTokenizerFast"
"""What any other tokenizer is called: both releases know it, and take all of it from tokenizer.json."""
_IMAGES = "Qwen2VLImageProcessor"
_PROCESSOR = "Qwen2_5_VLProcessor"


def write_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write a byte-level BPE tokenizer.

    The current release leaves out ``vocab.json``, ``merges.txt`` and the table of added tokens, lists extra special
    tokens where 4.51 wants a table, and names classes that 4.51 does not have.

    Args:
        tokenizer: of the current release of transformers.
        folder: files of the same names in it are replaced.

    Raises:
        OSError: the disk is full, for instance.
    """
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    told = json.loads(path.read_bytes())
    extra = told.pop("extra_special_tokens", None)
    if extra:
        told["additional_special_tokens"] = list(extra.values()) if isinstance(extra, dict) else list(extra)
    if told.get("tokenizer_class") not in (_QWEN2, f"{_QWEN2}Fast"):
        told["tokenizer_class"] = _GENERAL
    told["added_tokens_decoder"] = {
        str(number): {key: value for key, value in token.__getstate__().items() if key != "__type"}
        for number, token in tokenizer.added_tokens_decoder.items()
    }
    if tokenizer.chat_template is not None:
        told["chat_template"] = tokenizer.chat_template
    for key in ("backend", "is_local"):
        told.pop(key, None)
    _write(path, told)
    model = json.loads((folder / "tokenizer.json").read_bytes())["model"]
    _write(folder / "vocab.json", model["vocab"], indent=None)
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")


def write_image_processor(images: Any, folder: Path) -> None:
    """Write how images are prepared.

    Args:
        images: the image processor, in the current release of transformers.
        folder: files of the same names in it are replaced.

    Raises:
        OSError: the disk is full, for instance.
    """
    images.save_pretrained(folder)
    path = folder / "preprocessor_config.json"
    told = json.loads(path.read_bytes())
    _write(path, told | {"image_processor_type": _IMAGES, "processor_class": _PROCESSOR})


def _write(path: Path, content: dict[str, Any], indent: int | None = 2) -> None:
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
