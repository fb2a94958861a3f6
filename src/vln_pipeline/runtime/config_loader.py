"""Where configuration comes from: ``conf/base``, the environment, ``conf/local``, and ``--params`` on top."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from kedro.config import MissingConfigException, OmegaConfigLoader
from omegaconf.errors import OmegaConfBaseException

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.parameters.settled import merged, settled

LOCAL_VARIABLE = "VLN_LOCAL_CONF"
"""Environment variable: a folder that is read in place of ``conf/local``; empty for none."""


class LayeredConfigLoader(OmegaConfigLoader):
    """Kedro's loader with a third layer: a user's own values hold in every environment.

    Kedro by itself reads two layers, and ``conf/local`` only as an environment of its own.

    Attributes:
        faults: runtime parameters that could not be merged, and therefore were not.
    """

    def __init__(
        self,
        conf_source: str | Path,
        env: str | None = None,
        runtime_params: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """See ``OmegaConfigLoader``.

        Raises:
            DataError: there is no such environment, or a file is broken.
        """
        source = Path(conf_source)
        if env is not None and source.is_dir():  # what is packed, or lies in a cloud, is left to Kedro
            _check_environment(source, env)
        self._own = _own_folder(source, env)
        self.faults: list[DataError] = []
        super().__init__(conf_source, env, {}, **options)
        if runtime_params:
            self.runtime_params = settled(self["parameters"], runtime_params, self.faults)
        self["parameters"] = self["parameters"]  # Kedro would read the files anew for each question

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return all layers of one kind of configuration, merged.

        Raises:
            DataError: a file is broken, or two files of one layer say the same.
        """
        if key in self.data or self._own is None:
            return self._told(key, super().__getitem__)
        try:
            lower = self._told(key, super().__getitem__)
        except MissingConfigException:  # of credentials there may be none but the user's own
            lower = {}
        upper = self._told(key, self._read_own)
        if self.merge_strategy.get(key) == "soft":
            return merged(lower, upper)
        return {**lower, **upper}

    @property
    def layers(self) -> tuple[str, ...]:
        """Folders that are read, the one that holds over all others first."""
        source = Path(self.conf_source)
        environment = [source / self.env] if self.env and self.env != self.base_env else []
        return tuple(map(str, [*([self._own] if self._own else []), *environment, source / self.base_env]))

    def said_by(self, layer: str, key: str) -> dict[str, Any]:
        """Return what one folder says by itself, of one kind of configuration."""
        return self._told(key, lambda _: self._read(layer, key))

    def _read_own(self, key: str) -> dict[str, Any]:
        return self._read(str(self._own), key)

    def _read(self, folder: str, key: str) -> dict[str, Any]:
        return self.load_and_merge_dir_config(folder, self.config_patterns[key], key, set(), key == "credentials")

    def _told(self, key: str, read: Any) -> dict[str, Any]:
        try:
            return read(key)
        except MissingConfigException:
            raise
        except (
            yaml.YAMLError,
            OmegaConfBaseException,
            UnicodeDecodeError,
            ValueError,
            TypeError,
            AttributeError,
        ) as error:
            file, cause = next(_broken(Path(folder) for folder in self.layers), (None, str(error)))
            raise DataError(str(file or f"{self.conf_source} ({key})"), cause, "mend the file") from error


def _check_environment(source: Path, env: str) -> None:
    known = sorted(folder.name for folder in source.iterdir() if folder.is_dir())
    if env not in known:
        close = get_close_matches(env, known, n=1)
        mend = f"did you mean {close[0]}? " if close else ""
        raise DataError(f"--env={env}", "there is no such environment", f"{mend}There are {', '.join(known)}".strip())


def _own_folder(source: Path, env: str | None) -> Path | None:
    """Return the folder of a user's own values; None where there are none, or where they are the environment."""
    given = os.environ.get(LOCAL_VARIABLE)
    if given == "":
        return None
    folder = Path(given) if given else source / "local"
    if given and not folder.is_dir():
        raise DataError(LOCAL_VARIABLE, f"{given} is no folder", "name a folder of configuration files")
    return folder if any(folder.glob("**/*.y*ml")) and folder != source / (env or "") else None


def _broken(folders: Iterator[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files that are no YAML, and why."""
    for file in (file for folder in folders for file in sorted(folder.glob("**/*.y*ml"))):
        try:
            document = yaml.compose(file.read_text(encoding="utf-8"))
            if document is not None and not isinstance(document, yaml.MappingNode):
                yield file, "is no mapping of keys to values"
            elif twice := next(_twice(document), None):
                yield file, f"{twice.value} stands twice in one mapping, again in line {twice.start_mark.line + 1}"
        except yaml.MarkedYAMLError as error:
            line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
            yield file, f"not readable as YAML{line}: {error.problem}"
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            yield file, f"not readable as YAML: {error}"


def _twice(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the keys of mappings that stand there a second time; what aliases repeat is looked at once."""
    waiting, seen = [node], set[int]()
    while waiting:
        node = waiting.pop()
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))
        keys: set[str] = set()
        for part in node.value:
            key, value = part if isinstance(node, yaml.MappingNode) else (None, part)
            waiting.append(value)
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    yield key
                keys.add(key.value)
