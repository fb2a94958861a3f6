"""Models behind any server that speaks the OpenAI chat protocol."""

import base64
import email.utils
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.http_client import Answer, HttpClient
from vln_pipeline.labelling.config import OpenaiConfig, ServedModel
from vln_pipeline.labelling.question import Question, fingerprint
from vln_pipeline.labelling.usage import Tokens, Usage, UsageRecord
from vln_pipeline.redaction import redacted
from vln_pipeline.seeding import generator

_PASSING = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""Answers of an overloaded or restarting server, worth another attempt."""
_JPEG_QUALITY = 90
_LARGEST = 8 * 2**20
"""Bytes of the largest answer that is read; one of 32,768 tokens with its reasoning has less than 1 MB."""


class OpenaiModel:
    """A chat model behind a server; threads may share it.

    Args:
        config: the server.
        model: the model and its prices.
        usage: where tokens and cost are written.
        seed: the run's seed, for the server's sampling and for the jitter of waits.

    Raises:
        DataError: the environment variable that should hold the key is not set.
    """

    def __init__(self, config: OpenaiConfig, model: ServedModel, usage: UsageRecord, seed: int) -> None:
        self._config, self._model, self._usage, self._seed = config, model, usage, seed
        self._server = str(config.base_url).rstrip("/")
        self._key = ""
        if config.api_key_variable is not None:
            self._key = os.environ.get(config.api_key_variable, "")
            if not self._key:
                raise DataError(config.api_key_variable, "the environment variable is not set", "put the API key there")
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._client = HttpClient(largest=_LARGEST, headers=headers, connections=config.concurrency)
        self.name = model.name
        self.decoding = {"max_tokens": config.max_tokens, "temperature": config.temperature, "seed": seed}

    def answer(self, questions: Sequence[Question]) -> Iterator[str]:
        """Yield the answer to each question, in order.

        Raises:
            DataError: the server refuses the request, or gives no answer within the configured attempts and time.
        """
        for question in questions:
            yield self._ask(question)

    def close(self) -> None:
        """Close the connections, and log what was used."""
        self._client.close()
        self._usage.log_total()

    def _ask(self, question: Question) -> str:
        started = time.monotonic()
        draw = generator(self._seed, "openai", fingerprint(self, question))
        body = {"model": self.name, "messages": [{"role": "user", "content": _content(question)}], **self.decoding}
        spent = Tokens()
        try:
            return self._attempt(body, started, draw, spent)
        finally:
            if spent.answers:
                self._count(spent, time.monotonic() - started)

    def _attempt(self, body: Mapping[str, Any], started: float, draw: np.random.Generator, spent: Tokens) -> str:
        attempts, cause = 0, ""
        while attempts <= self._config.retries and (left := started + self._config.timeout - time.monotonic()) > 0:
            attempts += 1
            spent.attempts = attempts
            asked, deadline = 0.0, min(self._config.attempt_timeout, left)
            try:
                response = self._client.post(f"{self._server}/chat/completions", deadline, json=body)
                if response.is_success:
                    answer = _json(response)
                    spent.add(answer.get("usage"))
                    return self._text(answer)
                cause = f"HTTP {response.status}"
                if response.status not in _PASSING:
                    raise DataError(self._server, f"{cause}: {self._said(response)}", self._mend(response.status))
                asked = _retry_after(response)
            except TimeoutError:
                cause = f"no answer within {deadline:.3g} s"
            except ConnectionError as error:
                cause = f"connection failed ({error})"
            except ValueError as error:
                cause = f"unusable answer ({error})"
            if attempts <= self._config.retries:
                wait = self._config.backoff * 2 ** (attempts - 1) * draw.uniform(1.0, 1.5)
                left = max(0.0, started + self._config.timeout - time.monotonic())
                time.sleep(min(max(wait, asked), self._config.max_backoff, left))
        ended = "in a row" if attempts > self._config.retries else f"within timeout={self._config.timeout:g} s"
        raise DataError(self._server, f"{cause}, {attempts} times {ended}", "look at the server's log and run again")

    def _said(self, response: Answer) -> str:
        """Return the start of an error's text, without the key that some servers repeat, or what may be one."""
        text = response.text.replace(self._key, "***") if self._key else response.text
        return redacted(text)[:200]

    def _text(self, answer: Mapping[str, Any]) -> str:
        """Return the text of an answer.

        Raises:
            ValueError: it is no chat completion or its text is empty; another attempt may mend that.
            DataError: the text was cut off, which it will be again.
        """
        try:
            choice = answer["choices"][0]
            text, ended = choice["message"]["content"], choice.get("finish_reason")
        except (LookupError, TypeError, AttributeError) as error:
            raise ValueError("no chat completion") from error
        if ended == "length":
            cause = f"an answer was cut off after max_tokens={self._config.max_tokens}"
            raise DataError(self._server, cause, "raise labelling.openai.max_tokens, or take a model that writes less")
        if not isinstance(text, str) or not text.strip():
            raise ValueError("empty content")
        return text

    def _count(self, spent: Tokens, seconds: float) -> None:
        prices = self._model.price_prompt, self._model.price_completion
        cost = ((spent.prompt or 0) * prices[0] + (spent.completion or 0) * prices[1]) / 1000
        used = Usage(self.name, spent.prompt, spent.completion, cost, round(seconds, 3), spent.attempts)
        self._usage.add(used)

    def _mend(self, status: int) -> str:
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return f"check the key in {self._config.api_key_variable or 'labelling.openai.api_key_variable'}"
        if status == HTTPStatus.NOT_FOUND:
            return "check labelling.openai.base_url and the names of the models"
        return "check the parameters under labelling.openai"


def _content(question: Question) -> list[dict[str, Any]]:
    images = [{"type": "image_url", "image_url": {"url": _data_url(image)}} for image in question.images]
    return [*images, {"type": "text", "text": question.prompt}]


def _data_url(image: NDArray[np.uint8]) -> str:
    _, jpeg = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode()}"


def _json(response: Answer) -> dict[str, Any]:
    """Return the object that an answer's body holds; ValueError where it holds none."""
    try:
        answer = response.json()
    except ValueError as error:
        raise ValueError("no chat completion") from error
    if not isinstance(answer, dict):
        raise ValueError("no chat completion")
    return answer


def _retry_after(response: Answer) -> float:
    """Return the seconds the server asks to wait, 0 where it does not say; RFC 9110 allows seconds and a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
