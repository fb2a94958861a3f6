import importlib.util
import json
import multiprocessing.forkserver
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from executor_jobs import DiesIdle, Done, EndsTheProcess, Killed, Sleeps, TellsItsStart

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors import available_workers, open_executor

EXECUTORS = [
    "serial",
    "processes",
    pytest.param("ray", marks=pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="ray is not installed")),
]


@pytest.fixture(autouse=True)
def _workers_find_the_jobs(monkeypatch):
    """Ray's workers are new interpreters, which do not know where this file lies."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)]))


@pytest.mark.parametrize("name", EXECUTORS)
def test_every_job_has_one_outcome(name):
    jobs = [(f"j{i}", Done(f"j{i}")) for i in range(5)]
    outcomes = list(open_executor(name, 2).run(jobs))
    assert sorted(o.key for o in outcomes) == [f"j{i}" for i in range(5)]
    assert all(o.failure is None for o in outcomes)


@pytest.mark.parametrize("name", EXECUTORS[1:])
def test_a_killed_worker_does_not_take_the_others_with_it(name):
    jobs = [("dead", Killed("dead")), *((f"j{i}", Done(f"j{i}")) for i in range(4))]
    failed = {o.key for o in open_executor(name, 2).run(jobs) if o.failure}
    assert failed == {"dead"}


def test_the_end_of_a_worker_is_told_by_its_kind():
    """A simulator without its device ended its worker, whose item was said to have been killed for want of memory."""
    jobs = [("killed", Killed("killed")), ("ended", EndsTheProcess("ended"))]
    causes = {o.key: o.failure.cause for o in open_executor("processes", 1).run(jobs)}
    assert "was killed, perhaps for memory (exit code -9); run again" in causes["killed"]
    assert "ended itself; see what it said above (exit code 1); run again" in causes["ended"]


def test_a_worker_that_dies_between_two_jobs_costs_no_job():
    """The pool library gives up on all waiting jobs then; under memory pressure a whole stage was lost that way."""
    jobs = [("first", DiesIdle("first")), *((f"j{i}", Sleeps(f"j{i}")) for i in range(3))]
    outcomes = list(open_executor("processes", 1).run(jobs))
    assert sorted(o.key for o in outcomes) == ["first", "j0", "j1", "j2"]
    assert sum(o.failure is not None for o in outcomes) <= 1


def test_workers_end_with_a_run_that_is_killed(tmp_path):
    told = tmp_path / "process"
    code = (
        "from pathlib import Path; from executor_jobs import TellsItsProcess;"
        "from vln_pipeline.runtime.executors import open_executor;"
        f"list(open_executor('processes', 1).run([('slow', TellsItsProcess('slow', Path({str(told)!r})))]))"
    )
    run = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent)
    _wait_for(lambda: told.exists() and told.read_text())
    run.kill()
    run.wait()
    _wait_for(lambda: not psutil.pid_exists(int(told.read_text())))


def test_a_worker_has_loaded_what_it_needs_and_knows_what_its_run_set(tmp_path, monkeypatch):
    """Every worker of every stage loaded the same packages for two seconds, longer than small stages take.

    Workers are forked from a process that has loaded them, and what a run sets after that has begun still reaches them.
    """
    multiprocessing.forkserver._forkserver._stop()  # another test of this process may have started it without them
    told = tmp_path / "told.json"
    monkeypatch.setenv("VLN_DROPPED_LATER", "yes")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    list(open_executor("processes", 1).run([("first", TellsItsStart("first", told))]))
    monkeypatch.setenv("VLN_SET_LATER", "yes")
    monkeypatch.delenv("VLN_DROPPED_LATER")
    list(open_executor("processes", 1).run([("second", TellsItsStart("second", told))]))
    found = json.loads(told.read_text())
    assert found["numba"]
    assert found["environment"]["VLN_SET_LATER"] == "yes"
    assert "VLN_DROPPED_LATER" not in found["environment"]
    assert found["environment"]["OMP_NUM_THREADS"] == "1" and "OMP_NUM_THREADS" not in os.environ


def _wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_an_unknown_executor_is_named_with_the_mend():
    with pytest.raises(DataError, match="'slurm' is unknown; use serial, processes or ray"):
        open_executor("slurm", 1)


@pytest.mark.parametrize("workers", [0, -1, "many", 1.5])
def test_a_wrong_number_of_workers_is_refused(workers):
    with pytest.raises(DataError, match="workers"):
        available_workers(workers)


@pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="ray is not installed")
def test_a_running_ray_cluster_is_used_as_it_is():
    """The command of the docs failed at its first line: Ray refuses to be told how many CPUs a running cluster has."""
    ray, port = Path(sys.executable).with_name("ray"), "6391"
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths, "RAY_AUTH_MODE": "disabled"}
    head = [str(ray), "start", "--head", f"--port={port}", "--num-cpus=1", "--include-dashboard=false"]
    subprocess.run(head, env=environment, check=True, capture_output=True)
    try:
        told = "from executor_jobs import Done; from vln_pipeline.runtime.executors import open_executor; "
        told += "print([o.failure for o in open_executor('ray', 2).run([('a', Done('a')), ('b', Done('b'))])])"
        environment["RAY_ADDRESS"] = f"127.0.0.1:{port}"
        asked = [sys.executable, "-c", told]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        assert done.stdout.strip().endswith("[None, None]"), done.stderr
    finally:
        subprocess.run([str(ray), "stop", "--force"], env=environment, check=False, capture_output=True)
