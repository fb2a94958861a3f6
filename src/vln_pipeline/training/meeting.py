"""How machines that share a training find each other: the first leaves word in the data folder that all see."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from vln_pipeline.durable import read_checked, write_checked
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer, writer_if_free

RENDEZVOUS = "VLN_RENDEZVOUS"
"""Environment variable: address and port of the first machine, where all meet."""
FOLDER = "launch"
"""Folder in a training's saved state with what its processes are told."""
_WORD, _LOCK = "meeting.json", "meeting.lock"
_PATIENCE_SECONDS = 3600


@dataclass(frozen=True)
class Meeting:
    """A training that several machines share.

    Attributes:
        rendezvous: address and port of the first machine.
        module: what each process runs.
        order: file of what it is told.
        nodes: how many machines there are.
        processes: how many processes each of them starts.
        name: of this attempt, so that machines of an earlier one do not meet it.
    """

    rendezvous: str
    module: str
    order: str
    nodes: int
    processes: int
    name: str

    def options(self, node: int) -> list[str]:
        """Return torchrun's options on one machine; 0 is the first, whose processes lead."""
        return [
            f"--nnodes={self.nodes}",
            f"--node-rank={node}",
            "--rdzv-backend=static",
            f"--rdzv-endpoint={self.rendezvous}",
            f"--rdzv-id={self.name}",
            f"--rdzv-conf=timeout={_PATIENCE_SECONDS}",
        ]


def meeting_point() -> str:
    """Return address and port of the first machine.

    Raises:
        DataError: they are not set, or are none.
    """
    told = os.environ.get(RENDEZVOUS, "")
    if not re.fullmatch(r"[\w.-]+:\d{1,5}", told, re.ASCII):
        cause = f"{told!r} is no address with a port" if told else "is not set, and several machines share the training"
        raise DataError(RENDEZVOUS, cause, "set it to the first machine's, e.g. 10.0.0.1:29400")
    return told


@contextmanager
def called(module: str, order: Path, nodes: int, processes: int) -> Iterator[Meeting]:
    """Call the other machines as long as this lasts.

    Args:
        module: what each process runs.
        order: file of what it is told.
        nodes: how many machines there are.
        processes: how many processes each of them starts.

    Raises:
        DataError: no rendezvous is set.
    """
    meeting = Meeting(meeting_point(), module, str(order.resolve()), nodes, processes, uuid4().hex)
    word = order.with_name(_WORD)
    with sole_writer(order.with_name(_LOCK), f"the training in {order.parents[1]}"):  # says that the word is not stale
        write_checked(word, asdict(meeting))
        try:
            yield meeting
        finally:
            word.unlink()


def call_heard(data: Path, rendezvous: str) -> Meeting | None:
    """Return the training that a first machine calls for at this moment; None where there is none.

    Args:
        data: folder of all stores.
        rendezvous: where to meet.
    """
    for word in sorted(data.glob(f"*/items/.state-*/{FOLDER}/{_WORD}")):
        with writer_if_free(word.with_name(_LOCK)) as ended:
            if ended:
                continue
        try:
            meeting = Meeting(**read_checked(word))
        except (DataError, TypeError):  # ended just now, or of another version of this program
            continue
        if meeting.rendezvous == rendezvous:
            return meeting
    return None
