"""Probes of an agent on disk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.probes.examination import Answer

_ANSWERS, _FIGURES = "answers.parquet", "figures.json"


@dataclass(frozen=True)
class Probed:
    """The folder of one agent's probes; files are read when they are asked for.

    ::

        answers.parquet   scene, place, question, goal, path, clearance, critic: one row for each question
        figures.json      figures by name, see ``figures``, and what they mean in words

    Attributes:
        directory: the folder.
    """

    directory: Path

    def answers(self) -> pd.DataFrame:
        """Return every answer; ``path`` and ``goal`` are lists of x, y, x, y, ..., metres, body frame."""
        return pd.read_parquet(self.directory / _ANSWERS)

    def figures(self) -> dict[str, float]:
        """Return figures by name."""
        return {name: float("nan") if value is None else value for name, value in self._told()["figures"].items()}

    def verdict(self) -> str:
        """Return what the figures mean."""
        return str(self._told()["verdict"])

    def _told(self) -> dict:
        return json.loads((self.directory / _FIGURES).read_text(encoding="utf-8"))


def write(answers: Sequence[Answer], figures: dict[str, float], verdict: str, directory: Path) -> None:
    """Write an agent's probes into an empty folder."""
    rows = [
        {
            "scene": answer.scene,
            "place": answer.place,
            "question": str(answer.question),
            "goal": answer.goal.tolist(),
            "path": answer.path.ravel().tolist(),
            "clearance": answer.clearance,
            "critic": answer.critic,
        }
        for answer in answers
    ]
    pd.DataFrame(rows).to_parquet(directory / _ANSWERS, index=False)
    known = {name: None if value != value else value for name, value in figures.items()}  # JSON has no NaN
    text = json.dumps({"verdict": verdict, "figures": known}, indent=2)
    (directory / _FIGURES).write_text(text + "\n", encoding="utf-8")


def read(directory: Path) -> Probed:
    """Return a handle on an agent's probes.

    Raises:
        DataError: the folder holds none.
    """
    if not (directory / _FIGURES).is_file():
        raise DataError(directory.name, "holds no probes", "run --pipelines=examine_system1 again")
    return Probed(directory)
