"""Saved states of a training on disk, and the checkpoints that belong to them.

::

    <folder>/
        step-000000300/            a state; the two newest are kept
        best-000000200/            the best checkpoint until then; one for each state that is kept, or the same for both
        .damaged-step-000000400-1/ a state that was no longer what had been written; never used again

All are sealed, see ``vln_pipeline.durable``. A state counts as sound together with its best checkpoint: who goes on
from a state has the best model of that moment, whatever later steps of an interrupted attempt found.
"""

import logging
import shutil
from pathlib import Path
from typing import Any

from vln_pipeline.durable import PART, read_seal, set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.training.sealed_folder import require_own

logger = logging.getLogger(__name__)

BEST_STEP = "best_step"
"""What a state is told under: the step of its best checkpoint, 0 where there is none yet."""
_STATE, _BEST = "step-", "best-"
_KEPT = 2


def state_folder(folder: Path, step: int) -> Path:
    """Return where the state of a step lies."""
    return folder / f"{_STATE}{step:09d}"


def best_folder(folder: Path, step: int) -> Path:
    """Return where the checkpoint that was the best at a step lies."""
    return folder / f"{_BEST}{step:09d}"


def drop_older(folder: Path) -> None:
    """Remove all but the newest states, best checkpoints that none of those speaks of, and what is half-written."""
    for part in folder.glob(f"{PART}*"):
        shutil.rmtree(part)
    states = _states(folder)
    for state in states[:-_KEPT]:
        shutil.rmtree(state)
    try:
        spoken_of = {read_seal(state).told[BEST_STEP] for state in states[-_KEPT:]}
    except DataError:
        return  # the older one was damaged meanwhile; whichever is its best checkpoint stays
    for best in folder.glob(f"{_BEST}*"):
        if best not in {best_folder(folder, step) for step in spoken_of}:
            shutil.rmtree(best)


def newest_state(folder: Path) -> Path | None:
    """Return the state of the latest step, unchecked; None where there is no state."""
    return max(_states(folder), default=None)


def newest_sound_state(folder: Path) -> Path | None:
    """Return the latest state that is what was written; damaged ones after it are set aside, and told.

    Returns:
        None where there is no state at all.

    Raises:
        DataError: there are states, and none is sound.
    """
    damaged: dict[Path, str] = {}
    for state in reversed(_states(folder)):
        try:
            require_sound_state(state)
        except DataError as error:
            damaged[state] = f"{error.subject}: {error.cause}"
            continue
        for bad, cause in damaged.items():
            _set_aside(bad, cause, state)
        return state
    if damaged:
        cause = f"there is no state to go on from; {'; '.join(damaged.values())}"
        raise DataError(str(folder), cause, "remove this folder to train anew from the start")
    return None


def require_sound_state(state: Path) -> dict[str, Any]:
    """Return what a state tells; every byte of it, and of its best checkpoint, is checked.

    Raises:
        DataError: it is not what was written.
    """
    told = require_own(state, contents=True).told
    if told[BEST_STEP]:
        require_own(best_folder(state.parent, told[BEST_STEP]), contents=True)
    return told


def _set_aside(state: Path, cause: str, instead: Path) -> None:
    aside = set_aside(state)
    logger.warning("%s; it is set aside as %s, and the training goes on from %s", cause, aside.name, instead.name)


def _states(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_STATE}*"))
