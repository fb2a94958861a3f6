"""How a command says what was wrong: one line per fault, no traceback."""

import errno
from collections.abc import Iterator
from typing import IO, Any

import click
from kedro.config import MissingConfigException
from kedro.io import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.redaction import redacted
from vln_pipeline.runtime.refused import RefusedError

_IN_THE_WAY = "move away what lies there, or set VLN_DATA to another folder"
_OF_THE_DISK = {
    errno.EACCES: "set VLN_DATA to a folder that this user may write",
    errno.EPERM: "set VLN_DATA to a folder that this user may write",
    errno.EROFS: "set VLN_DATA to a folder that can be written",
    errno.ENOSPC: "make room and run the same command again",
    errno.EDQUOT: "make room and run the same command again",
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.ELOOP: _IN_THE_WAY,
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EIO: "the disk failed: have it checked, then run the same command again",
}


class Told(click.ClickException):
    """Ends a command with one line per fault, without passwords and keys.

    Args:
        lines: what is wrong.
        code: exit code of the command.
        hint: a last line, for those who want to know more.
    """

    def __init__(self, lines: str, code: int = 1, hint: str = "") -> None:
        super().__init__(lines)
        self.exit_code = code  # type: ignore[misc]  # click reads it of the instance
        self.hint = hint

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the lines."""
        for line in self.message.splitlines():
            click.echo(redacted(f"Error: {line}"), file=file, err=file is None)
        if self.hint:
            click.echo(self.hint, file=file, err=file is None)


def one_line(error: BaseException) -> str | None:
    """Return the message a user needs, a line for each fault, or None where only the traceback tells."""
    chain = tuple(_causes(error))
    told = next((cause for cause in chain if isinstance(cause, DataError | RefusedError)), None)
    if told is not None:
        return str(told)
    for cause in chain:
        if isinstance(cause, ParameterValidationError):
            return " ".join(line.strip() for line in str(cause).splitlines() if "errors.pydantic.dev" not in line)
        if isinstance(cause, OSError) and cause.errno in _OF_THE_DISK:
            return str(DataError(str(cause.filename or "disk"), str(cause.strerror), _OF_THE_DISK[cause.errno]))
    if isinstance(error, MissingConfigException) or (isinstance(error, DatasetError) and len(chain) == 1):
        return " ".join(str(error).split())
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
