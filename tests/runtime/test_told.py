import errno
import os

import pytest
from kedro.io import DatasetError

from vln_pipeline.runtime.told import one_line


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES])
def test_a_disk_that_fails_is_told_in_one_line(code):
    """A file system that went down while a file was synced ended a run in three tracebacks."""
    try:
        try:
            raise OSError(code, os.strerror(code))
        except OSError as cause:
            raise DatasetError("Failed while saving data") from cause
    except DatasetError as error:
        line = one_line(error)
    assert line is not None and os.strerror(code) in line and "\n" not in line
