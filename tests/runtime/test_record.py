import errno

import pytest

from vln_pipeline.runtime import record
from vln_pipeline.runtime.record import RunRecord


def test_a_record_that_could_not_be_written_leaves_no_empty_one(tmp_path, monkeypatch):
    """A run that ended on a full disk left an empty record. Once there was room again, fsck called it damaged."""

    def full(path, told):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(record, "write_checked", full)
    with pytest.raises(OSError, match="No space left"):
        RunRecord("2026-01-31T09.30.00.000Z", ["datagen"], {}).write(tmp_path)
    assert not list(tmp_path.iterdir())
