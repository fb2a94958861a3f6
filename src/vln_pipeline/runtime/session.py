"""A Kedro session whose run id can be given, so that several commands fill one version."""

import logging
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kedro.framework.session import KedroSession

from vln_pipeline.errors import DataError

RUN_ID_VARIABLE = "VLN_RUN_ID"
# Kedro takes the greatest string for the latest version, so an id must sort by its time.
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}\.\d{2}\.\d{2}\.\d{3})Z[\w-]*")
_FORMAT = "%Y-%m-%dT%H.%M.%S.%f"

logger = logging.getLogger(__name__)


class PinnedSession(KedroSession):
    """Takes its id from ``VLN_RUN_ID`` where that is set (``kedro~=1.7.0``: the id lies in a private store).

    Without it the id is the time, or follows the newest version where the clock was set back: the results of this run
    would not be the latest otherwise, and the next command would build on older ones.
    """

    @classmethod
    def create(cls, *args: Any, **kwargs: Any) -> "PinnedSession":
        """Create a session; see ``KedroSession.create``.

        Raises:
            DataError: ``VLN_RUN_ID`` does not start with a timestamp.
        """
        session: PinnedSession = super().create(*args, **kwargs)  # type: ignore[assignment]  # made by cls
        run_id = os.environ.get(RUN_ID_VARIABLE)
        if run_id is not None:
            if not _TIMESTAMP.fullmatch(run_id):
                raise DataError(RUN_ID_VARIABLE, f"{run_id!r} is not a run id", "use e.g. 2026-01-31T09.30.00.000Z")
        else:
            data = session._project_path / session._get_config_loader()["globals"]["data"]
            run_id = after_newest(session.session_id, data)
        session.session_id = session._store["session_id"] = run_id
        return session


def after_newest(run_id: str, data: Path) -> str:
    """Return a run id that sorts after all versions in a data folder: the given one where it does, else the next.

    >>> after_newest("2026-01-31T09.30.00.000Z", Path("no such folder"))
    '2026-01-31T09.30.00.000Z'
    """
    newest = max((path.name for path in data.glob("*/*") if _TIMESTAMP.fullmatch(path.name)), default="")
    if newest < run_id:
        return run_id
    time = datetime.strptime(_TIMESTAMP.fullmatch(newest)[1], _FORMAT) + timedelta(milliseconds=1)
    following = f"{time.strftime(_FORMAT)[:-3]}Z"
    logger.warning("the clock says %s, but there is a version of %s; this run is called %s", run_id, newest, following)
    return following
