"""How many threads may run, and what they do while they wait: other programs share the machine."""

import math
import os
from pathlib import Path

_WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
"""Read by GNU's and by Intel's OpenMP, of which torch brings one, when they are loaded."""


def sleep_while_waiting() -> None:
    """Have OpenMP's threads sleep until there is work; to be called before a library that uses them is loaded.

    By default they turn in a loop. A training with two threads then falls to a tenth of its speed as soon as another
    process works on one of its two cores, since the thread that waits takes the core from the one that it waits for.
    What the user has set holds.
    """
    for name, value in _WAITING.items():
        os.environ.setdefault(name, value)


def usable_cpus(root: Path = Path("/")) -> int:
    """Return how many CPUs this process may use: those it is bound to, or fewer where a container's quota says so.

    Args:
        root: of the file system that tells the quota.
    """
    bound = len(os.sched_getaffinity(0))
    return max(1, min([bound, *(math.ceil(quota) for quota in _quotas(root))]))


def _quotas(root: Path) -> list[float]:
    """Return the CPUs' worth of time that this process's control groups, of either version, allow."""
    told = []
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        folder = root / "sys/fs/cgroup" / ("cpu" if controllers else "")
        inside = Path(path.lstrip("/"))
        told += [_quota(folder / group) for group in (inside, *inside.parents)]
    return [quota for quota in told if quota is not None]


def _quota(group: Path) -> float | None:
    words = " ".join(_lines(group / "cpu.max")).split() or [
        word for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us") for word in _lines(group / name)
    ]
    limited = len(words) == 2 and words[0] not in ("max", "-1")
    return int(words[0]) / int(words[1]) if limited else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split("\n")[:-1]
    except OSError:
        return []
