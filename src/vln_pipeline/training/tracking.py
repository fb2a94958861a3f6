"""Where the numbers of a training go while it runs."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from torch.utils.tensorboard import SummaryWriter

from vln_pipeline.durable import replace_text
from vln_pipeline.errors import DataError
from vln_pipeline.patience import PatientThread
from vln_pipeline.redaction import redacted

_MEND = "look at the server, or set mlflow to null; the same command goes on from the last saved state"


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
        patience: longest wait for the server at each call, its client's further attempts included, seconds.

    Every call raises DataError where the server takes longer or refuses, the first also where MLflow is not installed.
    """

    def __init__(self, uri: str, name: str, folder: Path, patience: float = 120.0) -> None:
        try:
            import mlflow
        except ImportError as error:
            raise DataError("mlflow", "the package is not installed", 'pip install -e ".[tracking]"') from error
        self._mlflow, self._uri, self._patience = mlflow, uri, patience
        self._thread = PatientThread(patience)
        mlflow.set_tracking_uri(uri)
        known = folder / "mlflow_run.txt"
        earlier = known.read_text() if known.exists() else None
        run = self._call(lambda: mlflow.start_run(run_id=earlier, run_name=name))
        replace_text(known, run.info.run_id)

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Send the numbers."""
        self._call(lambda: self._mlflow.log_metrics(dict(numbers), step=step))

    def flush(self) -> None:
        """Do nothing: every step is sent at once."""

    def close(self) -> None:
        """End the run."""
        self._call(self._mlflow.end_run)

    def _call(self, work: Callable[[], Any]) -> Any:
        try:
            return self._thread.call(work)
        except TimeoutError as error:
            cause = f"MLflow gave no answer within {self._patience:g} s"
            raise DataError(self._uri, cause, _MEND) from error
        except self._mlflow.MlflowException as error:
            raise DataError(self._uri, f"MLflow refused: {redacted(str(error))[:200]}", _MEND) from error
