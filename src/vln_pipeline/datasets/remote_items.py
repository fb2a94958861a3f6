"""Finished items at an address; each machine has copies of those that it reads.

::

    <address>/items/<fingerprint>/<attempt>/...     files of one attempt at the item, uploaded whole
    <address>/items/<fingerprint>/item.json         put last, where there is none: names the attempt that counts, and
                                                    its files with sizes and checksums
    <address>/items/<fingerprint>/damaged-*.json    what was item.json until an object was lost
    <address>/.locks/<fingerprint>                  who makes it now
"""

import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from vln_pipeline.datasets.items import ITEMS, LOCKS, lock_of
from vln_pipeline.datasets.remote_note import NOTE, Note
from vln_pipeline.durable import PART, SEAL, Seal, faults, read_seal, require_sound, write_checked
from vln_pipeline.errors import DataError
from vln_pipeline.file_mark import mark_file
from vln_pipeline.object_storage.address import copies_folder, folder_here
from vln_pipeline.object_storage.bucket import Bucket, UnreachableError
from vln_pipeline.object_storage.copies import Copies, copies_of
from vln_pipeline.object_storage.lease import leased
from vln_pipeline.one_writer import sole_writer

_SEALED = ".sealed-"
_ASKED_AT_ONCE = 16
_MEND = "run the stage that makes it again, or vln-pipeline fsck --remake"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteItems:
    """Items of a store at an address.

    Attributes:
        address: of the store.
        limit: bytes of all copies on a machine.
    """

    address: str
    limit: int

    @property
    def folder(self) -> Path:
        """Folder of this machine with what is made here, and with copies."""
        return folder_here(self.address) / ITEMS

    @property
    def bucket(self) -> Bucket:
        """The store's objects."""
        return Bucket(self.address)

    @contextmanager
    def sole_writer(self, fingerprint: str, what: str) -> Iterator[None]:
        """See ``Items``."""
        lock = lock_of(self.folder, fingerprint)
        with sole_writer(lock, what):
            with leased(self.bucket, f"{LOCKS}/{fingerprint}", what, self._this_machine()):
                yield
            for sealed in self._sealed(fingerprint):  # somebody finished it
                shutil.rmtree(sealed)
            lock.unlink(missing_ok=True)

    def sound(self, fingerprints: Collection[str]) -> dict[str, Seal]:
        """See ``Items``."""
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            found = dict(zip(fingerprints, pool.map(self._sound, fingerprints), strict=True))
        return {name: seal for name, seal in found.items() if seal is not None}

    def publish(self, part: Path, fingerprint: str, made: Seal) -> None:
        """See ``Items``; where somebody else finished the item meanwhile, theirs counts.

        Raises:
            DataError: it cannot be uploaded; it stays here, and the next attempt uploads it.
        """
        sealed = self.folder / f"{_SEALED}{fingerprint}-{uuid4().hex}"
        part.rename(sealed)
        self._upload(sealed, fingerprint, made)

    def taken_up(self, fingerprint: str) -> bool:
        """See ``Items``."""
        for sealed in self._sealed(fingerprint):
            try:
                made = require_sound(sealed, contents=True)
            except DataError:
                continue
            self._upload(sealed, fingerprint, made)
            return True
        return False

    def open(self, fingerprint: str) -> Path | None:
        """See ``Items``."""
        note = self._note(fingerprint)
        return None if note is None else self._copy(fingerprint, note)

    def open_as(self, key: str, fingerprint: str, content: str, volatile: Collection[str]) -> Path:
        """Return a folder of this machine with an item, every byte of it compared; it stays until ``release``.

        Args:
            key: the item's key, for who is told that it is not there.
            fingerprint: its name.
            content: what its bytes are called.
            volatile: patterns of its files that do not count.

        Raises:
            DataError: it is not there any more, or is another, or an object of it is lost or damaged.
        """
        folder, copies = self.folder / fingerprint, self._copies()
        if copies.held(folder):
            return folder
        try:
            if read_seal(folder).content(volatile) == content and copies.hold(folder):
                require_sound(folder, contents=True)
                return folder
        except DataError:  # no copy, or a damaged one
            copies.forget(folder)
        note = self._note(fingerprint)
        if note is None:
            raise DataError(self._named(fingerprint), f"{key} is not there any more", _MEND)
        if note.seal.content(volatile) != content:
            raise DataError(self._named(fingerprint), f"is another {key} than this version consists of", _MEND)
        return self._copy(fingerprint, note)

    def release(self) -> None:
        """See ``Items``."""
        self._copies().release()

    def faults(self, fingerprint: str) -> Iterator[str]:
        """Yield one line per object of an item that is not what was put there; every byte is read."""
        try:
            note = self._note(fingerprint)
        except UnreachableError:
            raise
        except DataError as damage:
            yield f"{NOTE} {damage.cause}"
            return
        if note is None:
            yield f"has no {NOTE}: it was never finished, or that was deleted"
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        lost = list(self._lost(fingerprint, note))
        yield from lost
        if not lost:
            with tempfile.TemporaryDirectory(prefix=f"{PART}{fingerprint}-", dir=self.folder) as taken:
                self.bucket.download(self._attempt(fingerprint, note), list(note.seal.files), Path(taken))
                note.link(Path(taken))
                yield from faults(Path(taken), note.seal, contents=True)

    def set_aside(self, fingerprint: str) -> None:
        """Let an item count as unfinished, so that it is made again; its objects stay."""
        name = f"{ITEMS}/{fingerprint}/{NOTE}"
        content = self.bucket.read(name)
        if content is not None:
            self.bucket.write(f"{ITEMS}/{fingerprint}/damaged-{uuid4().hex[:8]}.json", content)
            self.bucket.delete(name)

    def _upload(self, sealed: Path, fingerprint: str, made: Seal) -> None:
        # An attempt that was cut off goes on under its name, so that none of its objects is left behind.
        note, bucket = Note(sealed.name.rpartition("-")[2], made), self.bucket
        prefix = self._attempt(fingerprint, note)
        if made.files:
            bucket.upload(sealed, list(made.files), prefix)
        lost = list(self._lost(fingerprint, note))
        if lost:
            raise DataError(f"{self.address}/{prefix}", f"was not uploaded whole: {lost[0]}", "run the same command")
        if not bucket.create(f"{ITEMS}/{fingerprint}/{NOTE}", note.content()):
            logger.warning("%s: another process finished it first; its result counts", self._named(fingerprint))
            bucket.delete_under(prefix)
            shutil.rmtree(sealed)
            return
        copy = self.folder / fingerprint
        shutil.rmtree(copy, ignore_errors=True)  # of an item that was lost, or replaced
        sealed.rename(copy)
        self._copies().make_room(0)

    def _copy(self, fingerprint: str, note: Note) -> Path:
        """Fetch an item where it is not here, once for all processes of this machine, and take it into use."""
        folder, copies = self.folder / fingerprint, self._copies()
        self.folder.mkdir(parents=True, exist_ok=True)
        with sole_writer(lock_of(self.folder, fingerprint), f"{self.address}, copying"):
            if folder.is_dir() and copies.hold(folder):
                with suppress(DataError):
                    if require_sound(folder, contents=True) == note.seal:
                        return folder
                logger.warning("%s: the copy is damaged, or of another attempt; it is fetched again", folder)
                copies.forget(folder)
                shutil.rmtree(folder)
            copies.make_room(sum(mark.size for mark in note.seal.files.values()))
            part = Path(tempfile.mkdtemp(prefix=f"{PART}{fingerprint}-", dir=self.folder))
            part.chmod(0o755)
            try:
                self._fetch(fingerprint, note, part)
                note.link(part)
                write_checked(part / SEAL, note.seal.as_json())
                copies.take(part, folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return folder

    def _fetch(self, fingerprint: str, note: Note, part: Path) -> None:
        prefix, wanted = self._attempt(fingerprint, note), list(note.seal.files)
        for _ in range(2):  # bytes that changed on the way are fetched once more
            try:
                if wanted:
                    self.bucket.download(prefix, wanted, part)
            except FileNotFoundError as error:
                lost = next(self._lost(fingerprint, note), str(error))
                raise DataError(f"{self.address}/{prefix}", f"cannot be read: {lost}", _MEND) from error
            wanted = [name for name in wanted if mark_file(part / name) != note.seal.files[name]]
            if not wanted:
                return
        cause = f"{wanted[0]} has other content than was written"
        raise DataError(f"{self.address}/{prefix}", cause, _MEND)

    def _sound(self, fingerprint: str) -> Seal | None:
        try:
            note = self._note(fingerprint)
            if note is None:
                return None
            lost = next(self._lost(fingerprint, note), "")
            if lost or note.seal.told.get("fingerprint") != fingerprint:
                told = lost or f"it holds another item ({note.seal.told.get('key')})"
                raise DataError(self._named(fingerprint), f"damaged since it was finished: {told}")
            return note.seal
        except UnreachableError:
            raise
        except DataError as damage:
            logger.warning("%s: %s; it is set aside and made again", damage.subject, damage.cause)
            self.set_aside(fingerprint)
            return None

    def _sealed(self, fingerprint: str) -> list[Path]:
        """Return what was finished on this machine and not yet put at the address; its name ends with the attempt's."""
        return sorted(self.folder.glob(f"{_SEALED}{fingerprint}-*"))

    def _note(self, fingerprint: str) -> Note | None:
        """Return what is noted of an item; None where it is not finished.

        Raises:
            DataError: the note is damaged.
        """
        name = f"{ITEMS}/{fingerprint}/{NOTE}"
        content = self.bucket.read(name)
        return None if content is None else Note.parse(content, f"{self.address}/{name}")

    def _lost(self, fingerprint: str, note: Note) -> Iterator[str]:
        """Yield one line per object of an item that is missing or cut off."""
        there = self.bucket.sizes(self._attempt(fingerprint, note))
        for name, mark in sorted(note.seal.files.items()):
            if name not in there:
                yield f"the object {name} is lost"
            elif there[name] != mark.size:
                yield f"the object {name} has {there[name]} bytes, not {mark.size}"

    def _attempt(self, fingerprint: str, note: Note) -> str:
        return f"{ITEMS}/{fingerprint}/{note.attempt}"

    def _named(self, fingerprint: str) -> str:
        return f"{self.address}/{ITEMS}/{fingerprint}"

    def _copies(self) -> Copies:
        return copies_of(copies_folder(), self.limit)

    def _this_machine(self) -> str:
        """Return the name of the folder of copies, the same for all that see its locks."""
        mark = copies_folder() / ".name"
        if not mark.exists():
            draft = mark.with_name(f".name-{uuid4().hex}")
            draft.write_text(uuid4().hex)
            with suppress(FileExistsError):
                mark.hardlink_to(draft)
            draft.unlink()
        return mark.read_text()
