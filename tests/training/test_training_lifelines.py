"""Whatever a training started ends with the process that drives it, even when that is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from toy_course import BASE

HERE = str(Path(__file__).parent)

DRIVE = """
import sys
from pathlib import Path
from vln_pipeline.training.launch import launch

folder = Path(sys.argv[1])
order = {"folder": str(folder), "config": sys.argv[2]}
launch("toy_course", order, 2, folder / "launch", 2)
"""

POOL = """
import multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor
from vln_pipeline.lifelines import end_with_parent

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context, initializer=end_with_parent) as pool:
        futures = [pool.submit(time.sleep, 0.5) for _ in range(2)]
        [future.result() for future in futures]
        print("working", flush=True)
        pool.submit(time.sleep, 60)
        time.sleep(60)
"""


def started(tmp_path: Path, script: str, *arguments: str) -> subprocess.Popen:
    path = tmp_path / "script.py"
    path.write_text(script)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen([sys.executable, str(path), *arguments], env=environment, stdout=subprocess.PIPE, text=True)


def require_gone(processes: list[psutil.Process], seconds: float) -> None:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    told = [process.cmdline() for process in alive]
    for process in alive:
        process.kill()
    assert not told


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_ranks_end_with_a_killed_driver(tmp_path, sign):
    """Both went on to the last step, and the same command trained beside them."""
    config = BASE.model_copy(update={"processes": 2, "steps": 100_000})
    with started(tmp_path, DRIVE, str(tmp_path), config.model_dump_json()) as driver:
        while not list(tmp_path.glob("step-*")):
            assert driver.poll() is None
            time.sleep(0.1)
        descendants = psutil.Process(driver.pid).children(recursive=True)
        assert len(descendants) >= 3, "torchrun and two ranks"
        driver.send_signal(sign)
    require_gone(descendants, 5.0)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_workers_end_with_a_killed_training(tmp_path, method):
    """Workers of a pool wait for work for ever when the process that gives it is killed."""
    with started(tmp_path, POOL, method) as driver:
        assert driver.stdout.readline() == "working\n"
        descendants = psutil.Process(driver.pid).children(recursive=True)
        assert len(descendants) >= 2
        driver.kill()
    require_gone(descendants, 5.0)
