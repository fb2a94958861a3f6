import os
import subprocess
import sys

import pytest

from vln_pipeline.thread_pools import usable_cpus


def wait_policy(**variables: str) -> str:
    """Return what OpenMP reads when a library loads it after this package."""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"} | variables
    command = [sys.executable, "-c", "import os, vln_pipeline; print(os.environ['OMP_WAIT_POLICY'])"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_a_thread_that_waits_sleeps_unless_the_user_wants_otherwise():
    """A training fell from 350 to 25 samples/s beside another process, as threads that waited kept a core busy.

    What that costs is measured by benchmarks/neighbours.py.
    """
    assert wait_policy() == "PASSIVE"
    assert wait_policy(OMP_WAIT_POLICY="ACTIVE") == "ACTIVE"


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
