"""Instructions as numbers: words of a vocabulary that was given, or tokens of a tokenizer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_pe.tokens import PADDING as PADDING
from vln_pipeline.export.vln_pe.tokens import read_vocabulary
from vln_pipeline.export.vln_pe.tokens import tokens as cut
from vln_pipeline.models.single_system.words_config import WordsConfig
from vln_pipeline.regular_file import regular

_VOCABULARY, _TOKENIZER = "vocabulary.json", "tokenizer.json"
_LARGEST = 2**26
"""Bytes of the largest tokenizer that is read."""
_MEND = "name the folder of a trained single system"


class Words(Protocol):
    """Turns instructions into numbers."""

    @property
    def size(self) -> int:
        """How many numbers there are; 0 stands for no token."""
        ...

    def numbers(self, text: str, length: int) -> list[int]:
        """Return the numbers of an instruction, one at least and ``length`` at most."""
        ...

    def write(self, folder: Path) -> None:
        """Write what ``read`` reads back."""
        ...


class Vocabulary:
    """Words as habitat-lab cuts them.

    Args:
        numbers: of each word; 0 is for no word, 1 for unknown ones.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = dict(numbers)
        self.size = max(self._numbers.values()) + 1

    def numbers(self, text: str, length: int) -> list[int]:
        """Return the numbers of the words."""
        found = [number for number in cut(text, self._numbers) if number != PADDING]
        return found[:length] or [PADDING]

    def write(self, folder: Path) -> None:
        """Write the words."""
        (folder / _VOCABULARY).write_text(json.dumps(self._numbers, ensure_ascii=False), encoding="utf-8")


class Tokens:
    """Tokens of a tokenizer.

    Args:
        tokenizer: of the package tokenizers; its token 0 stands for nothing else.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self.size = int(tokenizer.get_vocab_size())

    def numbers(self, text: str, length: int) -> list[int]:
        """Return the numbers of the tokens; where the tokenizer marks beginning and end, those too."""
        self._tokenizer.enable_truncation(length)
        return list(self._tokenizer.encode(text).ids) or [PADDING]

    def write(self, folder: Path) -> None:
        """Write the tokenizer."""
        (folder / _TOKENIZER).write_text(self._tokenizer.to_str(), encoding="utf-8")


def open_words(config: WordsConfig) -> Words:
    """Return what a configuration asks for.

    Raises:
        DataError: a file is missing or broken.
    """
    if config.vocabulary is not None:
        return Vocabulary(read_vocabulary(Path(config.vocabulary)))
    if config.tokenizer is not None:
        return Tokens(_read_tokenizer(Path(config.tokenizer)))
    return Tokens(_train(config.trained))


def read(folder: Path) -> Words:
    """Return what ``write`` wrote.

    Raises:
        DataError: there is none, or it is broken.
    """
    if (folder / _VOCABULARY).is_file():
        return Vocabulary(read_vocabulary(folder / _VOCABULARY))
    if (folder / _TOKENIZER).is_file():
        return Tokens(_read_tokenizer(folder / _TOKENIZER))
    raise DataError(str(folder), f"has neither {_VOCABULARY} nor {_TOKENIZER}", _MEND)


def _read_tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_str(regular(path, _LARGEST).read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises bare ones, whatever is wrong
        cause = f"cannot be read as a tokenizer ({str(error).splitlines()[0][:200]})"
        raise DataError(str(path), cause, "name a tokenizer.json") from error


def _train(size: int) -> Any:
    """Return a byte-level BPE tokenizer of small letters; any script can be written with it."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    from vln_pipeline.labelling.corpus import filled, spoken

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        show_progress=False,
        special_tokens=["<none>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    tokenizer.train_from_iterator([line for text in spoken() for line in filled(text)], trainer)
    return tokenizer
