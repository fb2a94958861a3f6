"""The worker process as the renderer sees it."""

import contextlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import vln_pipeline
from vln_pipeline.errors import DataError
from vln_pipeline.rendering.blender.messages import Message, send

_LOG_LINES = 6
_RAM_DISK = Path("/dev/shm")  # noqa: S108  (the folder in it has a name of its own)


class WorkerProcess:
    """One process with Blender in it, and the folder through which it exchanges arrays.

    Args:
        subject: what an error names, usually the scene.
        python: interpreter that has bpy and BlenderProc; None is the running one.
        work_dir: where the folder is made; None is the RAM disk, or the system's temporary folder.
    """

    def __init__(self, subject: str, python: str | None, work_dir: Path | None) -> None:
        self._subject = subject
        parent = work_dir or (_RAM_DISK if os.access(_RAM_DISK, os.W_OK) else None)
        self.folder = Path(tempfile.mkdtemp(prefix="vln_blender_", dir=parent))
        replies, worker_end = os.pipe()
        interpreter = python or sys.executable
        source = str(Path(vln_pipeline.__file__).parents[1])
        try:
            with (self.folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    [interpreter, "-m", "vln_pipeline.rendering.blender.worker", str(worker_end), str(self.folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    pass_fds=[worker_end],
                    env={**os.environ, "PYTHONPATH": source},
                    text=True,
                )
        except OSError as error:
            os.close(replies)
            shutil.rmtree(self.folder, ignore_errors=True)
            raise DataError(
                subject, f"cannot start {interpreter} ({error.strerror})", "set rendering.blender.python"
            ) from error
        finally:
            os.close(worker_end)
        self._replies = os.fdopen(replies, "rb", buffering=0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._replies, selectors.EVENT_READ)
        self._pending = b""

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def request(self, kind: str, **fields: object) -> None:
        """Send a request; what is wrong with the process shows when the reply is awaited."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            send(self._process.stdin, kind, **fields)

    def reply(self, timeout: float) -> Message:
        """Return the next reply.

        Args:
            timeout: longest wait, seconds.

        Raises:
            DataError: the process reported an error, ended, or did not answer in time; it is gone then.
        """
        deadline = time.monotonic() + timeout
        while b"\n" not in self._pending:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise self._failed(f"no answer from Blender in {timeout:g} s", "raise the time-out or lower the load")
            chunk = self._replies.read(65536)
            if not chunk:
                code = self._process.wait()
                how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
                raise self._failed(f"the Blender process ended {how}", "see the log lines; lower the scene's size")
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        message: Message = json.loads(line)
        if message["kind"] == "error":
            raise self._failed(message["cause"], message["mend"], message.get("subject"))
        return message

    def close(self) -> None:
        """End the process and remove its folder."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()  # it is in the middle of a frame that nobody wants
            self._process.wait()
        self._selector.close()
        self._replies.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _failed(self, cause: str, mend: str, subject: str | None = None) -> DataError:
        log = self.folder / "log"
        lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:] if log.exists() else []
        self._process.kill()
        self.close()
        said = f" (log: {' | '.join(line.strip() for line in lines if line.strip())})" if lines else ""
        return DataError(subject or self._subject, cause + said, mend)
