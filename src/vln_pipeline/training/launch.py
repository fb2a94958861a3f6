"""Starting several processes that share a training."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.lifelines import end_with_standard_input
from vln_pipeline.one_writer import sole_writer
from vln_pipeline.training.meeting import called

_FAULT = "fault.json"
_TORCHRUN = "vln_pipeline.training.torchrun"

logger = logging.getLogger(__name__)


def launch(module: str, order: dict[str, Any], processes: int, folder: Path, threads: int, *, nodes: int = 1) -> None:
    """Run a module in processes that torchrun starts and ends together; return when all are done.

    The module calls ``obey`` when it is run. All end with the calling process, even if that is killed. Processes that
    data loading or a scheduler has marked as daemons may start these too, as they are programs of their own.

    Args:
        module: dotted name.
        order: what it is told; becomes JSON.
        processes: how many, on each machine.
        folder: where the order and what goes wrong are written.
        threads: CPU threads of all processes of this machine together.
        nodes: machines that share the work; the others ``join``.

    Raises:
        DataError: a process stopped with one, or was killed, or several machines have no rendezvous.
        OSError: a process stopped with one, for instance because the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FAULT).unlink(missing_ok=True)
    told = folder / "order.json"
    told.write_text(json.dumps(order))
    if nodes == 1:
        run_processes(module, told, processes, threads, ["--standalone"])
        return
    with called(module, told, nodes, processes) as meeting:
        logger.info("waits at %s for %d more machines", meeting.rendezvous, nodes - 1)
        run_processes(module, told, processes, threads, meeting.options(0))


def run_processes(module: str, told: Path, processes: int, threads: int, meeting: Sequence[str]) -> None:
    """Run a module in processes of this machine; return when all are done.

    Args:
        module: dotted name.
        told: file with its order; what goes wrong is written beside it.
        processes: how many.
        threads: CPU threads of all of them together.
        meeting: torchrun's options that say who else takes part.

    Raises:
        DataError: a process stopped with one, or was killed.
        OSError: a process stopped with one, for instance because the disk is full.
    """
    command = [sys.executable, "-m", _TORCHRUN, *meeting, f"--nproc-per-node={processes}", "-m", module, str(told)]
    environment = os.environ | {"OMP_NUM_THREADS": str(max(1, threads // processes))}
    # Nothing is written to the pipe: torchrun and its processes inherit it, and see when this end closes.
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        try:
            code = process.wait()
        except BaseException:
            process.terminate()  # torchrun then ends its processes, which a kill would leave alone
            raise
    fault = told.with_name(_FAULT)
    if fault.exists():
        kind, told_of = json.loads(fault.read_text())
        raise OSError(*told_of) if kind == "system" else DataError(*told_of)
    if code != 0:
        raise DataError(module, f"its processes ended with {code}", "what they printed tells why")


def obey(work: Callable[..., None]) -> None:
    """Do the work by the order that ``launch`` gave on the command line, as one process of several."""
    end_with_standard_input()
    told = Path(sys.argv[1])
    try:
        # The first writes; one of a driver that was killed just now may be about to end.
        first = os.environ["RANK"] == "0"
        with sole_writer(told.with_name("writer.lock"), f"the state in {told.parents[1]}") if first else nullcontext():
            work(**json.loads(told.read_text()))
    except DataError as error:
        _tell(told, "data", [error.subject, error.cause, error.mend])
    except OSError as error:
        _tell(told, "system", [error.errno, error.strerror, error.filename])


def _tell(told: Path, kind: str, fault: list[Any]) -> None:
    (told.parent / _FAULT).write_text(json.dumps([kind, fault]))
    sys.exit(1)
