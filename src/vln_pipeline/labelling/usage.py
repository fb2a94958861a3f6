"""A record of what models behind a server cost."""

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Usage:
    """One question that a server answered, whether or not its answer was of use.

    Attributes:
        model: as the server calls it.
        prompt_tokens, completion_tokens: as the server counted, over all attempts; None where it did not.
        cost: in the currency of the configured prices.
        seconds: from the first attempt to the last answer, waits included.
        attempts: requests sent.
    """

    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float
    seconds: float
    attempts: int


@dataclass
class Tokens:
    """Tokens that a server counted for all attempts at one question.

    Attributes:
        attempts: requests sent.
        answers: how many of them were answered.
        prompt, completion: tokens; None where it counted none.
    """

    attempts: int = 0
    answers: int = 0
    prompt: int | None = None
    completion: int | None = None

    def add(self, usage: object) -> None:
        """Add what one answer told under "usage"; anything else than counts is ignored."""
        told = usage if isinstance(usage, dict) else {}
        self.answers += 1
        self.prompt = _sum(self.prompt, told.get("prompt_tokens"))
        self.completion = _sum(self.completion, told.get("completion_tokens"))


def _sum(total: int | None, more: object) -> int | None:
    return (total or 0) + more if isinstance(more, int) else total


class UsageRecord:
    """Appends one JSON line per question to a file that processes may share."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._requests, self._tokens, self._cost = 0, 0, 0.0

    def add(self, usage: Usage) -> None:
        """Write one line."""
        line = json.dumps(asdict(usage), sort_keys=True) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered append: a whole line in one write, so that processes do not mix theirs.
            with self._path.open("ab", buffering=0) as file:
                file.write(line.encode())
            self._requests += 1
            self._tokens += (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
            self._cost += usage.cost

    def log_total(self) -> None:
        """Log what this process has used so far."""
        with self._lock:
            logger.info("%d requests answered, %d tokens, cost %.4f", self._requests, self._tokens, self._cost)
