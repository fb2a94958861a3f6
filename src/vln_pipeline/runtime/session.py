"""A Kedro session that starts nothing before all is right, and whose run id can be given."""

import logging
import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession

from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import Bucket, is_address
from vln_pipeline.object_storage.address import fault_of, require_client
from vln_pipeline.runtime.config_loader import LayeredConfigLoader
from vln_pipeline.runtime.record import RECORDS
from vln_pipeline.runtime.refused import RefusedError

RUN_ID_VARIABLE = "VLN_RUN_ID"
# Kedro takes the greatest string for the latest version, so an id must sort by its time.
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}\.\d{2}\.\d{2}\.\d{3})Z[\w-]{0,60}", re.ASCII)
_FORMAT = "%Y-%m-%dT%H.%M.%S.%f"
_NEXT = timedelta(milliseconds=1)

logger = logging.getLogger(__name__)


class ProjectSession(KedroSession):
    """Checks the whole command first, and takes its id from ``VLN_RUN_ID`` where that is set.

    ``kedro~=1.7.0``: the id lies in a private store, and the loader of configurations is made by a private method.

    Without it the id is the time, or follows the newest version where the clock was set back: the results of this run
    would not be the latest otherwise, and the next command would build on older ones.
    """

    _loader: LayeredConfigLoader | None = None

    @classmethod
    def create(cls, *args: Any, **kwargs: Any) -> "ProjectSession":
        """Create a session; see ``KedroSession.create``.

        Raises:
            DataError: ``VLN_RUN_ID`` does not start with a timestamp.
            RefusedError: there is no such environment, or a file of configuration is broken.
        """
        session: ProjectSession = super().create(*args, **kwargs)  # type: ignore[assignment]  # made by cls
        run_id = os.environ.get(RUN_ID_VARIABLE)
        if run_id is not None:
            if _time_of(run_id) is None:
                raise DataError(RUN_ID_VARIABLE, f"{run_id!r} is not a run id", "use e.g. 2026-01-31T09.30.00.000Z")
        else:
            run_id = session.session_id
            data = session._get_config_loader()["globals"].get("data")
            if isinstance(data, str):  # else it is told with all other faults, when the command is checked
                run_id = after_newest(run_id, _versions(session._project_path, data))
        session.session_id = session._store["session_id"] = run_id
        return session

    def run(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Run pipelines; see ``KedroSession.run``.

        Raises:
            RefusedError: something is wrong with parameters, with what is to run, or with this machine. Nothing was
                started or written, and all faults are told.
        """
        faults = self._faults(signature(super().run).bind(*args, **options).arguments)
        if faults:
            raise RefusedError(faults)
        layers = reversed(self._get_config_loader().layers)
        logger.info("configuration: %s", ", ".join(os.path.relpath(layer, self._project_path) for layer in layers))
        return super().run(*args, **options)

    def _faults(self, options: Mapping[str, Any]) -> list[DataError]:
        from vln_pipeline.runtime.needs import missing  # these load the models of all stages, which a run alone needs
        from vln_pipeline.runtime.parameters.check import check
        from vln_pipeline.runtime.selection import select

        checked = check(self._get_config_loader(), self.store.get("runtime_params") or {})
        pipeline, unknown = select(pipelines, options)
        faults = [*unknown, *checked.faults]
        if checked.place is not None and not unknown:
            faults += missing((node.name for node in pipeline.nodes), checked.blocks, checked.place, self._project_path)
        return faults

    def _get_config_loader(self) -> LayeredConfigLoader:
        """Return one loader for the check and for the run, since it reads many files."""
        if self._loader is None:
            try:
                loader = super()._get_config_loader()
            except DataError as fault:  # no environment, or a broken file: nothing else can be told
                raise RefusedError([fault]) from fault
            if not isinstance(loader, LayeredConfigLoader):
                raise TypeError("settings.CONFIG_LOADER_CLASS must be a LayeredConfigLoader")
            self._loader = loader
        return self._loader


def after_newest(run_id: str, versions: Iterable[str]) -> str:
    """Return a run id that sorts after all versions there are: the given one where it does, else the next.

    >>> after_newest("2026-01-31T09.30.00.000Z", ["items", "2026-01-31T09.30.00.001Z"])
    '2026-01-31T09.30.00.002Z'
    """
    newest = max(filter(_time_of, versions), default="")
    time = _time_of(newest)
    if time is None or newest < run_id:
        return run_id
    if time > datetime.max - _NEXT:
        raise DataError(newest, "is the last version that there can be", "remove the folders of that name")
    time += _NEXT
    following = f"{time.strftime(_FORMAT)[:-3]}Z"
    told = "the clock says %s, but there is a version of %s; this run is called %s"
    logger.warning(told, run_id, newest, following)
    return following


def _versions(project: Path, data: str) -> Iterable[str]:
    """Return the names of all that lies in the stores of a data folder, or at its address."""
    if not is_address(data):
        return [path.name for path in (project / data).glob("*/*")]
    if fault_of(data):
        return []  # told with all other faults, when the command is checked
    try:
        require_client(data)
        bucket = Bucket(data, pauses=())
        return [name for store in bucket.children() if store != RECORDS for name in bucket.children(store)]
    except DataError:
        return []


def _time_of(run_id: str) -> datetime | None:
    """Return the time that a run id starts with; None where it is no run id."""
    match = _TIMESTAMP.fullmatch(run_id)
    try:
        return None if match is None else datetime.strptime(match[1], _FORMAT)
    except ValueError:  # the 30th of February
        return None
