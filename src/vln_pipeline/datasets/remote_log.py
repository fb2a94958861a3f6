"""What a task prints on a machine that shares no folder with the one that started the run."""

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.object_storage.bucket import Bucket, UnreachableError
from vln_pipeline.runtime.executors import Job, Outcome
from vln_pipeline.runtime.executors.kept_output import output_kept

_LONGEST = 1 << 20
"""Bytes that are kept, the last ones."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoggedJob:
    """A job, of which what it prints is put at an address; picklable.

    Attributes:
        job: what is done.
        bucket: takes the log, where anything was printed.
        name: of the log's object.
    """

    job: Job
    bucket: Bucket
    name: str

    def __call__(self) -> Outcome:
        """Do the job; a log that cannot be put anywhere does not fail it."""
        with tempfile.TemporaryDirectory() as folder:
            printed = Path(folder) / "log"
            with output_kept(printed):
                outcome = self.job()
            if printed.exists():
                try:
                    self.bucket.write(self.name, printed.read_bytes()[-_LONGEST:])
                except UnreachableError as cut:
                    logger.warning("%s", cut)
        return outcome
