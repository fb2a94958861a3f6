"""The list of what one version of a store consists of."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vln_pipeline.durable import DAMAGED, read_checked, write_checked
from vln_pipeline.errors import DataError
from vln_pipeline.file_mark import mark_file

MANIFEST = "manifest.json"
JOURNAL = "journal.jsonl"
PLAN = "plan.json"
_OF = "version"


@dataclass(frozen=True)
class Quarantined:
    """An item that could not be made.

    Attributes:
        key: the item's key.
        cause: one line: what, why, and the mend.
    """

    key: str
    cause: str


@dataclass(frozen=True)
class Made:
    """A finished item.

    Attributes:
        fingerprint: what it was made from; its folder under ``items/``.
        content: name of its bytes.
    """

    fingerprint: str
    content: str


@dataclass(frozen=True)
class Manifest:
    """A version of a store; written last, so its presence means the version is complete.

    Attributes:
        items: finished items by key.
        quarantined: what is missing and why.
        made_from: version by store that this one was made from, and those were made from, as far back as there are any.
        ancestry: content by key by store, of the same; of a store that stands alone only what stands alone as well.
        journal: size and checksum of the journal when the version was sealed; None where nothing was run.
        volatile: patterns of files that do not count in the items' contents.
        stands_alone: whether its items are used with data that they were not made from, as trained models are.
    """

    items: dict[str, Made]
    quarantined: tuple[Quarantined, ...] = ()
    made_from: dict[str, str] = field(default_factory=dict)
    ancestry: dict[str, dict[str, str]] = field(default_factory=dict)
    journal: tuple[int, str] | None = None
    volatile: tuple[str, ...] = ()
    stands_alone: bool = False

    @property
    def contents(self) -> dict[str, str]:
        """Content by key."""
        return {key: made.content for key, made in self.items.items()}

    def write(self, directory: Path) -> None:
        """Write into a version's folder, atomically and for good.

        Raises:
            OSError: the disk is full, for instance.
        """
        write_checked(directory / MANIFEST, {_OF: _version_of(directory), **asdict(self)})

    @classmethod
    def read(cls, directory: Path) -> "Manifest":
        """Read from a version's folder.

        Raises:
            DataError: there is none, or it is damaged, or another version's, or an older program wrote it.
        """
        raw = read_checked(directory / MANIFEST)
        if raw.get(_OF) not in (None, _version_of(directory)):
            mend = "vln-pipeline fsck --remake sets it aside, and the same command makes it again"
            raise DataError(str(directory / MANIFEST), f"is that of another version ({raw[_OF]})", mend)
        try:
            return cls(
                {key: Made(**made) for key, made in raw["items"].items()},
                tuple(Quarantined(**q) for q in raw["quarantined"]),
                raw["made_from"],
                raw["ancestry"],
                None if raw["journal"] is None else (raw["journal"][0], raw["journal"][1]),
                tuple(raw["volatile"]),
                raw["stands_alone"],
            )
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise DataError(
                str(directory / MANIFEST), "is not of this program's format", "make the version again"
            ) from error


def _version_of(directory: Path) -> str:
    """Return store and run id of a version's folder, of one that was set aside too."""
    run = directory.parent.name
    if run.startswith(DAMAGED):
        run = run.removeprefix(DAMAGED).rpartition("-")[0]
    return f"{directory.name} {run}"


def journal_mark(directory: Path) -> tuple[int, str] | None:
    """Return size and checksum of a version's journal; None where there is none."""
    if not (directory / JOURNAL).is_file():
        return None
    mark = mark_file(directory / JOURNAL)
    return mark.size, mark.hash


def write_plan(directory: Path, fingerprints: dict[str, str]) -> None:
    """Note which items a version will consist of, so that what an interrupted run made is known to be wanted."""
    write_checked(directory / PLAN, {"items": fingerprints})


def read_plan(directory: Path) -> dict[str, str]:
    """Return fingerprint by key of what a version was to consist of; empty where nothing was noted.

    Raises:
        DataError: the note is damaged.
    """
    if not (directory / PLAN).is_file():
        return {}
    told: dict[str, Any] = read_checked(directory / PLAN)
    return dict(told["items"])
