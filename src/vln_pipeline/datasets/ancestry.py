"""Whether versions of several stores go together: whether what they were both made from is the same.

Two versions may come of different runs and still go together, as long as for every store that both descend from (each
counts as an ancestor of itself) the items of equal keys have equal bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.item import Item
from vln_pipeline.datasets.manifest import Manifest
from vln_pipeline.errors import DataError


@dataclass(frozen=True)
class VersionOf:
    """A version of a store, with what it descends from.

    Attributes:
        store: name of the store's folder.
        version: id.
        manifest: of the version.
    """

    store: str
    version: str
    manifest: Manifest

    @classmethod
    def read(cls, folder: Path) -> "VersionOf":
        """Return the version in a folder ``<store>/<version>/<store's name>``.

        Raises:
            DataError: its manifest is missing or damaged.
        """
        return cls(folder.name, folder.parent.name, Manifest.read(folder))

    @property
    def line(self) -> dict[str, dict[str, str]]:
        """Content by key by store, of this version and all that it descends from."""
        return {**self.manifest.ancestry, self.store: self.manifest.contents}

    @property
    def versions(self) -> dict[str, str]:
        """Version by store, of this one and all that it descends from."""
        return {**self.manifest.made_from, self.store: self.version}


@dataclass(frozen=True)
class Conflict:
    """A store that two versions descend from in different ways.

    Attributes:
        one: a version.
        other: another.
        store: which both descend from.
        key: an item of it that is not the same in both; empty where they share no item at all.
    """

    one: VersionOf
    other: VersionOf
    store: str
    key: str

    def __str__(self) -> str:
        what = f"another {self.key}" if self.key else "no item in common"
        one, other = (self._told(version) for version in (self.one, self.other))
        return f"{one} and {other} are not of one ancestry: {self.store} has {what}"

    def _told(self, version: VersionOf) -> str:
        name = f"{version.store} {version.version}"
        return name if version.store == self.store else f"{name} (of {self.store} {version.versions[self.store]})"


def conflict(one: VersionOf, other: VersionOf) -> Conflict | None:
    """Return where two versions differ in what both descend from; None where they go together."""
    mine, theirs = one.line, other.line
    for store in sorted(mine.keys() & theirs.keys()):
        shared = mine[store].keys() & theirs[store].keys()
        differing = sorted(key for key in shared if mine[store][key] != theirs[store][key])
        if differing or (mine[store] and theirs[store] and not shared):
            return Conflict(one, other, store, differing[0] if differing else "")
    return None


def first_conflict(versions: Iterable[VersionOf]) -> Conflict | None:
    """Return the first conflict among several versions; None where all go together."""
    seen: list[VersionOf] = []
    for version in versions:
        for earlier in seen:
            if found := conflict(earlier, version):
                return found
        seen.append(version)
    return None


def going_together(choices: Mapping[str, Iterable[VersionOf]]) -> dict[str, VersionOf] | None:
    """Return one version of every store such that all go together; None where there are no such versions.

    The newest version that has partners is kept; of its partners the newest ones.

    Args:
        choices: versions by whatever names the store, newest first.
    """
    listed = {name: list(versions) for name, versions in choices.items()}
    for anchor in sorted((v for versions in listed.values() for v in versions), key=lambda v: v.version, reverse=True):
        chosen: dict[str, VersionOf] = {}
        for name, versions in listed.items():
            wanted = [anchor] if anchor.store == versions[0].store else versions
            partner = next((v for v in wanted if first_conflict([anchor, *chosen.values(), v]) is None), None)
            if partner is None:
                break
            chosen[name] = partner
        else:
            return chosen
    return None


@dataclass(frozen=True)
class Ancestry:
    """What a version that is about to be made descends from.

    Attributes:
        versions: version by store.
        contents: content by key by store.
    """

    versions: dict[str, str]
    contents: dict[str, dict[str, str]]

    @classmethod
    def of(cls, items: Iterable[Item], *, only_alone: bool) -> "Ancestry":
        """Return the ancestry of what is made from some items; those outside a store count for nothing.

        Args:
            items: it is made from.
            only_alone: whether only contents of versions that stand alone are kept.

        Raises:
            DataError: the items' versions do not go together.
        """
        folders = {i.directory.parents[1] / i.version / i.store for i in items if i.version}
        parents = [VersionOf.read(folder) for folder in sorted(folders)]
        if found := first_conflict(parents):
            raise DataError(found.one.store, str(found), "choose versions of one run with --load-versions")
        kept = [p for p in parents if p.manifest.stands_alone or not only_alone]
        parents.sort(key=lambda parent: not parent.manifest.stands_alone)  # where both tell one, the others count
        versions = {store: version for parent in parents for store, version in parent.manifest.made_from.items()}
        versions |= {parent.store: parent.version for parent in parents}
        contents: dict[str, dict[str, str]] = {}
        for parent in kept:
            for store, told in parent.line.items():
                contents[store] = contents.get(store, {}) | told
        return cls(dict(sorted(versions.items())), dict(sorted(contents.items())))
