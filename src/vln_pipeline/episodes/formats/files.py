"""Reading an episode file as a whole, compressed or not."""

import gzip
import zlib
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular


def read_text(path: Path, most: float) -> str:
    """Return the text of a file.

    Args:
        path: a ``.json`` or ``.json.gz`` file.
        most: largest size after decompression, GiB; what is larger is not read to its end.

    Raises:
        DataError: it is missing, damaged, too large or no text.
    """
    limit = int(most * 2**30)
    try:
        with gzip.open(regular(path)) if path.suffix == ".gz" else regular(path).open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError as error:
        raise DataError(path.name, "is missing", "see docs/how-to/vlnce.md for the folder tree") from error
    except (OSError, EOFError, zlib.error) as error:
        cause = f"cannot be decompressed ({str(error)[:80] or type(error).__name__})"
        raise DataError(path.name, cause, "download it again") from error
    if len(data) > limit:
        raise DataError(path.name, f"has more than {most:g} GiB of text", "raise max_file_size")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(path.name, f"no text at byte {error.start}", "download it again") from error
