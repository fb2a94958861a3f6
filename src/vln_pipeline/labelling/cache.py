"""Answers of models, kept by content for all runs.

::

    <directory>/<first two digits of the key>/<key>.json      {"answer", "model", "prompt"}
"""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.answers import clean
from vln_pipeline.labelling.question import ChatModel, Question, fingerprint


class CachedModel:
    """Asks a model only what was never asked before; threads and processes may share the folder.

    Args:
        model: the model.
        directory: the cache.
        longest: characters of an answer, see ``clean``.
    """

    def __init__(self, model: ChatModel, directory: Path, longest: int) -> None:
        self._model, self._directory, self._longest = model, directory, longest
        self.name = model.name

    def answers(self, questions: Sequence[Question]) -> list[str]:
        """Return a clean answer to each question.

        Raises:
            DataError: the model gives none, or one that is no language; answers before it are kept.
        """
        keys = [fingerprint(self._model, question) for question in questions]
        known = {key: answer for key in keys if (answer := self._read(key)) is not None}
        missing = {key: q for key, q in zip(keys, questions, strict=True) if key not in known}
        for (key, question), raw in zip(missing.items(), self._model.answer(list(missing.values())), strict=True):
            try:
                known[key] = clean(raw, self._longest)
            except ValueError as error:
                raise DataError(self.name, str(error), "try another model or prompt") from error
            self._write(key, {"answer": known[key], "model": self.name, "prompt": question.prompt})
        return [known[key] for key in keys]

    def close(self) -> None:
        """Free the model."""
        self._model.close()

    def _path(self, key: str) -> Path:
        return self._directory / key[:2] / f"{key}.json"

    def _read(self, key: str) -> str | None:
        try:
            return str(json.loads(self._path(key).read_text(encoding="utf-8"))["answer"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            # A damaged entry is asked for again and written anew.
            return None

    def _write(self, key: str, record: dict[str, str]) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", encoding="utf-8", delete=False) as file:
            json.dump(record, file, ensure_ascii=False, indent=1, sort_keys=True)
        os.replace(file.name, path)  # noqa: PTH105
