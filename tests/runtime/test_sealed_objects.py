"""Tables and pages in object storage are sealed and compared as those in folders are."""

import pytest
from kedro.io import DataCatalog
from kedro.io.core import Version
from kedro_datasets.text import TextDataset

from object_server import BUCKET, needs_s3
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import Bucket
from vln_pipeline.runtime.hooks import SealFiles

pytestmark = needs_s3
RUN = "2026-01-01T00.00.00.000Z"


@pytest.fixture
def written(connection):
    """A hook, and the objects of a page that a run wrote under its eyes, having been killed and called again."""
    page = TextDataset(filepath=f"s3://{BUCKET}/data/09_report/report.html", version=Version(RUN, RUN))
    hook = SealFiles()
    hook.before_pipeline_run(DataCatalog({"report": page}))
    for _ in range(2):
        hook.before_dataset_saved("report")
        page.save("<html></html>")
        hook.after_dataset_saved("report")
    hook.before_dataset_loaded("report")
    assert page.load() == "<html></html>"
    return hook, Bucket(f"s3://{BUCKET}/data/09_report/report.html/{RUN}")


def test_what_was_written_is_sealed(written):
    assert written[1].children() == ["report.html", "seal.json"]


def test_other_content_is_refused(written):
    hook, objects = written
    objects.write("report.html", b"<html> </html>")
    with pytest.raises(DataError, match=r"s3://.*report.html: has other content than was written"):
        hook.before_dataset_loaded("report")


def test_a_page_without_a_seal_was_put_there_by_a_person(written):
    hook, objects = written
    objects.write("report.html", b"mine")
    objects.delete("seal.json")
    hook.before_dataset_loaded("report")
