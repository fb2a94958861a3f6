"""A table or page at an address, with an object beside it that says what was written."""

from dataclasses import dataclass

import xxhash

from vln_pipeline.durable import SEAL, Seal, checked_text, read_checked_text
from vln_pipeline.errors import DataError
from vln_pipeline.file_mark import FileMark
from vln_pipeline.object_storage.bucket import Bucket


@dataclass(frozen=True)
class SealedObject:
    """One object, and the seal that lies beside it.

    Attributes:
        folder: address of what holds both.
        name: of the object.
    """

    folder: str
    name: str

    def delete(self) -> None:
        """Delete both, where they are there."""
        Bucket(self.folder).delete_under("")

    def seal(self) -> None:
        """Read back what was written, and note it."""
        made = Seal({self.name: self._mark()}, {})
        Bucket(self.folder).write(SEAL, checked_text(made.as_json()).encode())

    def require_sound(self) -> None:
        """Compare the object with its seal, where it has one.

        Raises:
            DataError: it is lost, or not what was written.
        """
        address = f"{self.folder}/{self.name}"
        noted = Bucket(self.folder).read(SEAL)
        if noted is None:  # a person put it there
            return
        made = Seal.of_json(read_checked_text(noted, f"{self.folder}/{SEAL}"))
        if self._mark() != made.files.get(self.name):
            cause = "has other content than was written"
            raise DataError(address, cause, "delete it, and run the stage that makes it again")

    def _mark(self) -> FileMark:
        content = Bucket(self.folder).read(self.name)
        if content is None:
            mend = "run the stage that makes it again"
            raise DataError(f"{self.folder}/{self.name}", "the object is lost", mend)
        return FileMark(len(content), xxhash.xxh3_128_hexdigest(content))
