"""Where the numbers of a training go while it runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from torch.utils.tensorboard import SummaryWriter

from vln_pipeline.errors import DataError


class Tracker(Protocol):
    """Takes the numbers of a step, by name."""

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take them."""
        ...

    def close(self) -> None:
        """Bring all of them to where they belong."""
        ...


class Log:
    """One JSON object a line for every step; the same training writes the same bytes.

    Args:
        path: the file.
        step: what is there of later steps belongs to an interrupted attempt and is dropped.
    """

    def __init__(self, path: Path, step: int) -> None:
        lines = path.read_text().splitlines()[:step] if path.exists() else []
        path.write_text("".join(f"{line}\n" for line in lines))
        self._file = path.open("a")

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write a line."""
        self._file.write(json.dumps({"step": step, **numbers}) + "\n")

    def flush(self) -> None:
        """Bring all lines to the disk."""
        self._file.flush()

    def close(self) -> None:
        """Bring all lines to the disk and end."""
        self._file.close()


class TensorBoard:
    """Event files for TensorBoard.

    Args:
        folder: for the files.
        step: what is there of later steps is not shown.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._writer = SummaryWriter(str(folder), purge_step=step + 1 if step else None)

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write the numbers."""
        for name, number in numbers.items():
            self._writer.add_scalar(name, number, step)

    def close(self) -> None:
        """Bring all of them to the disk."""
        self._writer.close()


class MlFlow:
    """A run on an MLflow server; one that was interrupted goes on.

    Args:
        uri: of the server, or a folder.
        name: of the run.
        folder: where the run's id is kept.

    Raises:
        DataError: MLflow is not installed.
    """

    def __init__(self, uri: str, name: str, folder: Path) -> None:
        try:
            import mlflow
        except ImportError as error:
            raise DataError("mlflow", "the package is not installed", 'pip install -e ".[tracking]"') from error
        self._mlflow = mlflow
        mlflow.set_tracking_uri(uri)
        known = folder / "mlflow_run.txt"
        run = mlflow.start_run(run_id=known.read_text() if known.exists() else None, run_name=name)
        known.write_text(run.info.run_id)

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Send the numbers."""
        self._mlflow.log_metrics(dict(numbers), step=step)

    def close(self) -> None:
        """End the run."""
        self._mlflow.end_run()
