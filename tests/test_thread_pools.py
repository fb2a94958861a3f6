import os
import subprocess
import sys

import pytest

from vln_pipeline.thread_pools import usable_cpus

_TRAINS = """
import time
{first}
import torch
torch.set_num_threads(2)
rows = torch.zeros(512, 256)
started = time.process_time(), time.thread_time()
while time.thread_time() - started[1] < 0.2:
    rows.add_(1)             # shared by two threads
    for _ in range(20_000):  # for one alone
        pass
print((time.process_time() - started[0]) / (time.thread_time() - started[1]))
"""


def cpu_time_of_all_threads(first: str) -> float:
    """Over that of the thread that has something to do most of the time."""
    environment = {k: v for k, v in os.environ.items() if k not in ("OMP_WAIT_POLICY", "OMP_NUM_THREADS")}
    command = [sys.executable, "-c", _TRAINS.format(first=first)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def test_a_thread_that_waits_sleeps():
    """A training fell from 350 to 25 samples/s beside another process, as threads that waited kept a core busy.

    Torch's threads sleep once the package is imported before it, and the user's own choice still holds.
    """
    pytest.importorskip("torch")
    assert cpu_time_of_all_threads("import vln_pipeline") < 1.4
    kept = "import os; os.environ['OMP_WAIT_POLICY'] = 'ACTIVE'; import vln_pipeline; "
    told = f"{kept} print(os.environ['OMP_WAIT_POLICY']); raise SystemExit"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True).stdout.strip() == "ACTIVE"


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 2),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "300000 100000\n"}, 3),
        (
            {
                "proc/self/cgroup": "5:cpu,cpuacct:/job\n1:name=systemd:/job\n",
                "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "400000\n",
                "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
            },
            4,
        ),
        ({"proc/self/cgroup": "5:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"}, 8),
        ({}, 8),
    ],
)
def test_workers_fit_a_containers_quota(tmp_path, monkeypatch, files, cpus):
    """A container with a quota of two CPUs on a large machine was given a worker per CPU of the machine."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert usable_cpus(tmp_path) == cpus
