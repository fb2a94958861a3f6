"""Starting several processes that share a training."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.lifelines import end_with_standard_input
from vln_pipeline.one_writer import sole_writer

_FAULT = "fault.json"
_TORCHRUN = "vln_pipeline.training.torchrun"


def launch(module: str, order: dict[str, Any], processes: int, folder: Path, threads: int) -> None:
    """Run a module in processes that torchrun starts and ends together; return when all are done.

    The module calls ``obey`` when it is run. All end with the calling process, even if that is killed. Processes that
    data loading or a scheduler has marked as daemons may start these too, as they are programs of their own.

    Args:
        module: dotted name.
        order: what it is told; becomes JSON.
        processes: how many.
        folder: where the order and what goes wrong are written.
        threads: CPU threads of all processes together.

    Raises:
        DataError: a process stopped with one, or was killed.
        OSError: a process stopped with one, for instance because the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fault = folder / _FAULT
    fault.unlink(missing_ok=True)
    told = folder / "order.json"
    told.write_text(json.dumps(order))
    command = [sys.executable, "-m", _TORCHRUN, "--standalone", f"--nproc-per-node={processes}"]
    environment = os.environ | {"OMP_NUM_THREADS": str(max(1, threads // processes))}
    command += ["-m", module, str(told)]
    # Nothing is written to the pipe: torchrun and its processes inherit it, and see when this end closes.
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        try:
            code = process.wait()
        except BaseException:
            process.terminate()  # torchrun then ends its processes, which a kill would leave alone
            raise
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
