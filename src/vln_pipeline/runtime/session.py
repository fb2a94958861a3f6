"""A Kedro session whose run id can be given, so that several commands fill one version."""

import os
import re
from typing import Any

from kedro.framework.session import KedroSession

from vln_pipeline.errors import DataError

RUN_ID_VARIABLE = "VLN_RUN_ID"
# Kedro takes the greatest string for the latest version, so an id must sort by its time.
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}\.\d{2}\.\d{2}\.\d{3}Z[\w-]*")


class PinnedSession(KedroSession):
    """Takes its id from ``VLN_RUN_ID`` where that is set (``kedro~=1.7.0``: the id lies in a private store)."""

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
            session.session_id = session._store["session_id"] = run_id
        return session
