"""A run reads back what it wrote, not what happens to be the latest."""

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.io.core import Version
from kedro.pipeline import Pipeline


class PinOutputs:
    """Pins the load version of every output to the run's own id.

    Without it a version with a later id, from another run or another machine, would be read in mid-run.
    """

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Pin all versioned outputs of the pipeline that is about to run."""
        run_id = run_params["run_id"]
        for name in pipeline.all_outputs():
            dataset = catalog.get(name)
            if isinstance(dataset, AbstractVersionedDataset) and dataset._version:
                dataset._version = Version(run_id, run_id)
