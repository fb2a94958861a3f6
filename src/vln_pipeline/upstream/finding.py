"""What a check finds: file, fault, consequence and mend, in one line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rewrite:
    """A metadata file as it should be.

    Attributes:
        path: of the file.
        text: its new content.
        does: what the new content mends, in one clause.
    """

    path: Path
    text: str
    does: str


@dataclass(frozen=True)
class Finding:
    """One trap that a dataset holds.

    Attributes:
        file: where, relative to the dataset's folder.
        found: what stands there.
        means: what it does to those who read it.
        left: why it is not mended, or what to do about it; empty where there is a rewrite.
        rewrite: the mend, where one is safe.
        is_note: whether it is a custom of the dialect that readers must know, rather than a fault.
    """

    file: str
    found: str
    means: str
    left: str = ""
    rewrite: Rewrite | None = None
    is_note: bool = False

    def line(self, *, mended: bool = False) -> str:
        """Return it as one line."""
        if self.rewrite is None:
            outcome = f"left as it is: {self.left}"
        elif mended:
            outcome = f"mended: {self.rewrite.does}; the original is {self.rewrite.path.name}.orig"
        else:
            outcome = f"--mend would mend it: {self.rewrite.does}"
        return " ".join(f"{self.file}: {self.found}; {self.means}; {outcome}".split())


def listed(cases: dict[str, str] | list[str], of: int, noun: str = "episodes") -> str:
    """Return "in 2 of 9 episodes (first case)", for the cases of one fault.

    Args:
        cases: one text a case, in order; or only what is special about each, by its name.
        of: how many could have been cases.
        noun: what was counted.
    """
    first = next(iter(cases.items())) if isinstance(cases, dict) else None
    example = f"{first[0]}: {first[1]}" if first else next(iter(cases))
    return f"in {len(cases)} of {of} {noun} ({example})"
