"""The one error that stops a work item: it names what failed, why, and the mend."""

from vln_pipeline.redaction import redacted


class DataError(Exception):
    """A scene, file or parameter that cannot be used.

    Args:
        subject: what is at fault, as the user names it (a file, a scene id, a parameter key).
        cause: what is wrong with it, in one clause.
        mend: what the user can do about it, in one clause; empty when nothing can be done.

    The message is one line without passwords and keys, so that a journal and a log can carry it unchanged.
    """

    def __init__(self, subject: str, cause: str, mend: str = "") -> None:
        self.subject, self.cause, self.mend = redacted(subject), redacted(cause), redacted(mend)
        super().__init__(self.subject, self.cause, self.mend)

    def __str__(self) -> str:
        text = f"{self.subject}: {self.cause}"
        return " ".join(f"{text}; {self.mend}".split()) if self.mend else " ".join(text.split())
