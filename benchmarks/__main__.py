"""Runs all benchmarks one after the other and writes the table that the docs show: ``python benchmarks [--quick]``.

A benchmark is a program of this folder that takes ``--quick`` and prints, as its last line, a JSON object with name,
value, unit, baseline, ratio, target, ok and detail. Named ones alone are run where names are given; the page is
written only after a run of all that is not quick.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vln_pipeline.thread_pools import usable_cpus

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"
ALWAYS_QUICK = ("daily_rate", "durability", "navdp_inference", "rendering", "scaling", "serving")
"""Take eight minutes or more otherwise; all together are to take less than twenty minutes."""
KEYS = ("name", "value", "unit", "baseline", "ratio", "target", "ok", "detail")


@dataclass(frozen=True)
class Result:
    """What one benchmark said.

    Attributes:
        name: of its file.
        seconds: wall time.
        quick: whether it was run in its quick form.
        told: its JSON object; None where it failed to give one.
    """

    name: str
    seconds: float
    quick: bool
    told: dict[str, Any] | None

    @property
    def ok(self) -> bool:
        """Whether it ran and met its bars."""
        return self.told is not None and bool(self.told["ok"])


def programs() -> list[str]:
    """Return the names of all benchmarks."""
    found = (file for file in HERE.glob("*.py") if file.name != "__main__.py")
    return sorted(file.stem for file in found if '__name__ == "__main__"' in file.read_text(encoding="utf-8"))


def run(name: str, quick: bool) -> Result:
    """Run one benchmark; what it prints before its last line goes to the terminal."""
    quick = quick or name in ALWAYS_QUICK
    command = [sys.executable, str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    started = time.monotonic()
    done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - started
    print(done.stdout, end="", flush=True)
    return Result(name, seconds, quick, last_object(done.stdout) if done.returncode == 0 else None)


def last_object(printed: str) -> dict[str, Any] | None:
    """Return the JSON object in the last line of what a benchmark printed, or None where there is none as agreed."""
    lines = printed.strip().splitlines()
    try:
        told = json.loads(lines[-1]) if lines else None
    except json.JSONDecodeError:
        return None
    return told if isinstance(told, dict) and all(key in told for key in KEYS) else None


def machine() -> str:
    """Return the processor's name and what this process may use of the machine."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = names[0] if names else platform.machine()
    return f"{cpu}, {usable_cpus()} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}"


def page(results: list[Result], load: float) -> str:
    """Return the page as Markdown."""
    minutes = sum(result.seconds for result in results) / 60
    rows = [_row(result) for result in results]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`; every row is a program in `benchmarks/` that tells what it measures.",
            "",
            f"Machine: {machine()}; load average {load:.1f} at the start; {minutes:.0f} minutes in all.",
            "",
            "| benchmark | figure | baseline | ratio | bar | met | seconds |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(result: Result) -> str:
    name = f"`{result.name}`" + (" (quick)" if result.quick else "")
    if result.told is None:
        return f"| {name} | failed | | | | no | {result.seconds:.0f} |"
    told = {key: str(result.told[key]).replace("|", "/") for key in KEYS}
    cells = [
        name,
        f"{told['value']} {told['unit']}",
        told["baseline"],
        told["ratio"],
        told["target"],
        "yes" if result.ok else "no",
        f"{result.seconds:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run, print the table, write the page; exit with 1 where a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="benchmarks; all when none is named")
    parser.add_argument("--quick", action="store_true", help="every benchmark in its quick form")
    told = parser.parse_args()
    if unknown := sorted(set(told.names) - set(programs())):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(programs())}")
    load = os.getloadavg()[0]
    results = [run(name, told.quick) for name in told.names or programs()]
    text = page(results, load)
    print(text)
    if not told.names and not told.quick:
        PAGE.write_text(text, encoding="utf-8")
    raise SystemExit(0 if all(result.ok for result in results) else 1)


if __name__ == "__main__":
    main()
