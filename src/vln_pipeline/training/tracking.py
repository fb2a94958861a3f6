"""Where the numbers of a training go while it runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from torch.utils.tensorboard import SummaryWriter

from vln_pipeline.durable import replace_text
from vln_pipeline.errors import DataError


class Tracker(Protocol):
    """Takes the numbers of a step, by name."""

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take them."""
        ...

    def flush(self) -> None:
        """Bring all of them to where they belong."""
        ...

    def close(self) -> None:
        """Bring all of them to where they belong, and end."""
        ...


class Log:
    """One JSON object a line for every step; the same training writes the same bytes.

    Args:
        path: the file; goes on after what is there.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write a line."""
        self._file.write(json.dumps({"step": step, **numbers}) + "\n")

    def flush(self) -> None:
        """Bring all lines to the file."""
        self._file.flush()

    def close(self) -> None:
        """Bring all lines to the file, and end."""
        self._file.close()


class TensorBoard:
    """Event files for TensorBoard.

    Args:
        folder: for the files; those that are there stay.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = SummaryWriter(str(folder))

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Write the numbers."""
        for name, number in numbers.items():
            self._writer.add_scalar(name, number, step)

    def flush(self) -> None:
        """Bring all of them to the files."""
        self._writer.flush()

    def close(self) -> None:
        """Bring all of them to the files, and end."""
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
        replace_text(known, run.info.run_id)

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Send the numbers."""
        self._mlflow.log_metrics(dict(numbers), step=step)

    def flush(self) -> None:
        """Do nothing: every step is sent at once."""

    def close(self) -> None:
        """End the run."""
        self._mlflow.end_run()
