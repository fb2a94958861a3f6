"""Instruction tokens, as VLN-CE's baselines read them."""

import gzip
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

LENGTH = 200
"""Tokens of every instruction; shorter ones are padded, longer ones cut."""
PADDING, UNKNOWN = 0, 1
_LARGEST = 512 * 2**20
"""Bytes of the largest vocabulary file that is read, unpacked."""
_MEND = "name an episode file with instruction_vocab"


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return the id of each word.

    Args:
        path: a JSON file, gzipped where it ends in .gz: an episode file with ``instruction_vocab``, that vocabulary
            alone, or an object of ids by word.

    Raises:
        DataError: the file is missing, damaged or holds no vocabulary.
    """
    try:
        with gzip.open(regular(path)) if path.suffix == ".gz" else regular(path).open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ValueError(f"larger than {_LARGEST} bytes")
        found = json.loads(text)
        found = found.get("instruction_vocab", found)
        found = found.get("word2idx_dict", found.get("stoi", found))
        vocabulary = {str(word): int(number) for word, number in found.items()}
    except (OSError, EOFError, zlib.error, ValueError, TypeError, AttributeError, RecursionError) as error:
        cause = f"not a readable vocabulary ({type(error).__name__}: {error})"
        raise DataError(path.name, cause, f"{_MEND}, or leave vlnpe.vocabulary out") from error
    if not vocabulary:
        raise DataError(path.name, "has no words", _MEND)
    return vocabulary


def tokens(text: str, vocabulary: Mapping[str, int]) -> tuple[int, ...]:
    """Return the padded ids of an instruction's words; none without a vocabulary.

    Words are cut as habitat-lab cuts them: in lower case, commas and question marks dropped, apart at all that is
    neither letter, digit, underscore nor hyphen; what parts them counts as a word too, unless it is blank.
    """
    if not vocabulary:
        return ()
    plain = text.lower().replace(",", "").replace("?", "")
    words = [part.strip() for part in re.split(r"([^\w-]+)", plain)]
    ids = [vocabulary.get(word, UNKNOWN) for word in words if word][:LENGTH]
    return (*ids, *[PADDING] * (LENGTH - len(ids)))
