"""Taking part in a training that another machine runs."""

import logging
import time
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.training.launch import run_processes
from vln_pipeline.training.meeting import Meeting, call_heard

_POLL_SECONDS = 1.0

logger = logging.getLogger(__name__)


def join(rendezvous: str, node: int, data: Path, threads: int, package: str = "vln_pipeline.training") -> None:
    """Wait until the first machine calls, start this machine's processes, and return when the training is over.

    Args:
        rendezvous: address and port of the first machine.
        node: number of this machine, from 1.
        data: folder of all stores, which all machines see.
        threads: CPU threads of all processes together.
        package: where modules may be from; others in that folder are not run.

    Raises:
        DataError: there are fewer machines than that, the module is another program, or a process stopped with a fault.
    """
    meeting = _call(rendezvous, data)
    if not f"{meeting.module}.".startswith(f"{package}."):
        raise DataError(meeting.order, f"asks for {meeting.module}, which is no training", "look who wrote it")
    if node >= meeting.nodes:
        cause = f"{node} is none of {meeting.nodes} machines, of which the first is 0"
        raise DataError("--node", cause, "raise the training's parameter nodes, or give another number")
    run_processes(meeting.module, Path(meeting.order), meeting.processes, threads, meeting.options(node))


def _call(rendezvous: str, data: Path) -> Meeting:
    told = False
    while (meeting := call_heard(data, rendezvous)) is None:
        if not told:
            logger.warning("waits for a training of which %s is the rendezvous, in %s", rendezvous, data)
            told = True
        time.sleep(_POLL_SECONDS)
    return meeting
