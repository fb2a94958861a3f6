"""Asking a policy that somebody else serves over HTTP."""

import os
import time
import uuid

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import EpisodeFaultError
from vln_pipeline.http_client import Answer, HttpClient
from vln_pipeline.redaction import redacted

_NOT_THERE, _BUSY, _PAUSE = "ConnectError", 503, 0.5
_LARGEST = 16 * 2**20
"""Bytes of the largest answer that is read; a thousand candidates of 24 waypoints have some 2 MB."""


class PolicyServer:
    """One server.

    What never reached the policy is asked again until the time is up: a server that does not listen yet, or one that
    says that it is busy. What may have reached it is not, since a policy remembers what it is shown.

    Args:
        url: where it listens.
        timeout: seconds from a question to the last byte of its answer, repeated questions among them.
        where: the parameter that has the time-out, for messages.
    """

    def __init__(self, url: str, timeout: float, where: str) -> None:
        self.url = url
        self._address, self._timeout, self._where = url.rstrip("/"), timeout, where
        # Servers of this project give each process a session; without a name all workers would share one.
        self._client = HttpClient(largest=_LARGEST, headers={"X-Robot": f"evaluator-{uuid.getnode():x}-{os.getpid()}"})

    def ask(self, path: str, **content: object) -> Answer:
        """Return what the server answers, which may tell of a failure.

        Raises:
            DataError: there is no server.
            EpisodeFaultError: it is too slow, breaks off, or answers what cannot be read.
        """
        end = time.monotonic() + self._timeout
        while True:
            left = end - time.monotonic()
            try:
                answer = self._client.post(f"{self._address}/{path}", left, **content)
            except TimeoutError as error:
                mend = f"raise the server's timeout in {self._where}"
                raise EpisodeFaultError(self.url, f"/{path} gave no answer within {self._timeout:g} s", mend) from error
            except ConnectionError as error:
                if str(error) != _NOT_THERE:
                    raise self.fault(f"/{path} broke off ({error})", "look at the server's log") from error
                if left < 2 * _PAUSE:
                    mend = "start the policy's server and run again"
                    raise DataError(self.url, f"connection failed ({error})", mend) from error
            except ValueError as error:
                raise self.fault(f"/{path} gave an unusable answer ({error})") from error
            else:
                if answer.status != _BUSY or left < 2 * _PAUSE:
                    return answer
            time.sleep(_PAUSE)

    def checked(self, path: str, answer: Answer) -> Answer:
        """Return an answer that tells of no failure.

        Raises:
            EpisodeFaultError: it does.
        """
        if not answer.is_success:
            cause = f"/{path} answered HTTP {answer.status}: {redacted(answer.text)[:200]}"
            raise self.fault(cause, "look at the server's log and run again")
        return answer

    def fault(self, cause: str, mend: str = "check that the server speaks the contract") -> EpisodeFaultError:
        """Return the fault of an answer."""
        return EpisodeFaultError(self.url, cause, mend)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
