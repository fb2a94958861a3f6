"""Checks many datasets one after another and counts what was found."""

from collections import Counter
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.output_folder import require_inside
from vln_pipeline.upstream.check import check
from vln_pipeline.upstream.finding import Finding
from vln_pipeline.upstream.mend import mend


class Survey:
    """Looks at datasets, mends what may be mended if that is wanted, and counts.

    Args:
        root: the datasets are in or under; findings name files relative to it.
        mends: whether metadata is rewritten where that is safe; nothing is where a link leads elsewhere.

    Attributes:
        kinds: datasets by dialect.
        faults: findings that are faults, mended or not, and datasets that cannot be read.
        mended: faults that were mended.
        notes: findings that are no faults.
    """

    def __init__(self, root: Path, *, mends: bool) -> None:
        self._root, self._mends = root, mends
        self.kinds: Counter[str] = Counter()
        self.faults = self.mended = self.notes = 0

    def look(self, folder: Path) -> list[str]:
        """Return the findings of a dataset, one line each."""
        try:
            report = check(folder)
        except DataError as error:
            self.faults += 1
            return [str(error)]
        self.kinds[report.dialect] += 1
        place = "" if folder == self._root else f"{folder.relative_to(self._root).as_posix()}/"
        return [f"{place}{self._line(finding, folder)}" for finding in report.findings]

    def summary(self) -> str:
        """Return the counts in one line."""
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.kinds.items())) or "none readable"
        return f"{kinds}: {self.faults} faults, {self.mended} mended, {self.notes} notes"

    def _line(self, finding: Finding, folder: Path) -> str:
        if finding.is_note:
            self.notes += 1
        else:
            self.faults += 1
        if finding.rewrite is None or not self._mends:
            return finding.line()
        try:
            require_inside(finding.rewrite.path, self._root, folder)
            mend(finding.rewrite)
        except DataError as error:
            return f"{finding.line()}, but it is not changed: {error}"
        except OSError as error:
            return f"{finding.line()}, but the folder cannot be written ({type(error).__name__})"
        self.mended += 1
        return finding.line(mended=True)
