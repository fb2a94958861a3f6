"""The table of the last whole session, in the documentation."""

import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_START, _END = "<!-- Written by make chaos -->\n", "<!-- End -->\n"


@dataclass(frozen=True)
class Row:
    """What came of a case.

    Attributes:
        fault: its name.
        pipeline: its name.
        seed: of the run.
        seconds: it took; None where it did not pass.
    """

    fault: str
    pipeline: str
    seed: int
    seconds: float | None


def write_page(rows: list[Row], seconds: float) -> None:
    """Put the table into the page named by CHAOS_PAGE, if any."""
    name = os.environ.get("CHAOS_PAGE")
    if name is None:
        return
    page = Path(name)
    before, _, rest = page.read_text().partition(_START)
    _, _, after = rest.partition(_END)
    page.write_text(before + _START + table(rows, seconds) + _END + after)


def table(rows: list[Row], seconds: float) -> str:
    """Return passed of all seeds, and the median of the seconds, by fault and pipeline."""
    faults = list(dict.fromkeys(row.fault for row in rows))
    pipelines = list(dict.fromkeys(row.pipeline for row in rows))
    lines = [f"| fault | {' | '.join(pipelines)} |", "|---|" + "---|" * len(pipelines)]
    for fault in faults:
        cells = [_cell([row for row in rows if (row.fault, row.pipeline) == (fault, name)]) for name in pipelines]
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    passed = sum(row.seconds is not None for row in rows)
    told = f"{passed} of {len(rows)} passed in {seconds / 60:.0f} minutes, on {os.cpu_count()} CPU cores."
    return "\n" + "\n".join(lines) + f"\n\n{told}\n\n"


def _cell(rows: list[Row]) -> str:
    times = [row.seconds for row in rows if row.seconds is not None]
    return f"{len(times)}/{len(rows)}" + (f", {median(times):.0f} s" if times else "")
