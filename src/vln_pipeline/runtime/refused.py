"""What stops a run before anything of it is started."""

from collections.abc import Iterable

from vln_pipeline.errors import DataError


class RefusedError(Exception):
    """All faults of a command at once.

    Attributes:
        faults: one per thing that must be mended, in the order in which they are told.
    """

    def __init__(self, faults: Iterable[DataError]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
