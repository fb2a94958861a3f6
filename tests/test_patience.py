import sys
import threading
import time

import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.patience import PatientThread
from vln_pipeline.training.tracking import MlFlow


def test_calls_are_made_in_order_by_one_thread():
    thread = PatientThread(5.0)
    names = {thread.call(lambda: threading.current_thread().ident) for _ in range(3)}
    assert len(names) == 1
    assert names != {threading.current_thread().ident}


def test_what_a_call_raises_is_raised():
    thread = PatientThread(5.0)
    with pytest.raises(ZeroDivisionError):
        thread.call(lambda: 1 // 0)
    assert thread.call(lambda: 3) == 3


def test_a_call_that_never_returns_is_left():
    thread, forever = PatientThread(0.2), threading.Event()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        thread.call(forever.wait)
    assert time.monotonic() - started < 2.0
    forever.set()


class SlowMlFlow:
    """The part of MLflow's interface that a training uses, with a server that does not answer."""

    class MlflowException(Exception):
        pass

    def __init__(self, run_id):
        self.started, self.silent = run_id, threading.Event()

    def set_tracking_uri(self, uri):
        assert uri == "http://127.0.0.1:9"

    def start_run(self, run_id, run_name):
        assert (run_id, run_name) == (None, "walk")
        return type("Run", (), {"info": type("Info", (), {"run_id": self.started})})

    def log_metrics(self, _, step):
        if step == 1:
            # Where a message is cut, the password must be gone before.
            raise self.MlflowException("API request to http://user:s3cret" + "/" * 200 + "@host failed")
        self.silent.wait()


def test_a_training_is_told_that_mlflow_does_not_answer(tmp_path, monkeypatch):
    """MLflow's client tries again for minutes and its time-outs are per read: a server that drips held up a training.

    Whether MLflow is installed does not matter here: a stand-in plays the silent server.
    """
    silent = SlowMlFlow("abc")
    monkeypatch.setitem(sys.modules, "mlflow", silent)
    tracker = MlFlow("http://127.0.0.1:9", "walk", tmp_path, patience=0.2)
    assert (tmp_path / "mlflow_run.txt").read_text() == "abc"
    with pytest.raises(DataError, match=r"MLflow refused: API request to http://\*\*\*@host failed") as caught:
        tracker.add(1, {"loss": 1.0})
    assert "s3cret" not in str(caught.value)
    with pytest.raises(DataError, match=r"MLflow gave no answer within 0\.2 s; .*set mlflow to null"):
        tracker.add(2, {"loss": 1.0})
    silent.silent.set()
