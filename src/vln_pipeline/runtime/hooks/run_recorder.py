"""Writes the record of every run, of failed ones too."""

import logging
import shlex
import sys
import time
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import Bucket, is_address
from vln_pipeline.runtime.record import RECORDS, RunRecord, git_commit

logger = logging.getLogger(__name__)

_ACCOUNT = "_account"
"""End of the names of what tells where the episodes of a conversion went."""


class RunRecorder:
    """Collects what the run reads, writes, takes and leaves out.

    Attributes:
        record: of the latest run of this process; None before the first.
    """

    def __init__(self) -> None:
        self.record: RunRecord | None = None
        self._started: dict[str, float] = {}
        self._records: Bucket | Path = Path()
        self._name = ""
        self._project = Path()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Learn where records lie."""
        self._project = Path(context.project_path)
        data = context.config_loader["globals"]["data"]
        self._records = Bucket(data).inside(RECORDS) if is_address(data) else self._project / data / RECORDS

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Open the record."""
        names = [n for n in (run_params.get("pipeline_names") or [run_params.get("pipeline_name")]) if n]
        self.record = RunRecord(
            run_id=run_params["run_id"],
            pipelines=names or ["__default__"],
            command=shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            parameters=catalog.load("parameters") if "parameters" in catalog else {},
            commit=git_commit(self._project),
        )
        for name in sorted(pipeline.inputs()):
            dataset = catalog.get(name)
            if isinstance(dataset, AbstractVersionedDataset) and dataset.exists():
                self.record.read[name] = str(dataset.resolve_load_version())
        if isinstance(self._records, Bucket):  # a run that is killed has a record, too
            self._name = self.record.write_at(self._records)
        else:
            self._name = self.record.write(self._records).name

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Start the stage's clock; most of the work is done when its output is saved."""
        self._started[node.name] = time.perf_counter()

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Stop the stage's clock."""
        if self.record is not None:
            started = self._started.get(node.name, time.perf_counter())
            self.record.seconds[node.name] = round(time.perf_counter() - started, 3)
            self.record.written[dataset_name] = self.record.run_id

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Close the record of a run that reached its end."""
        if self.record is not None:
            self.record.error = ""
        self._close(pipeline, catalog)

    @hook_impl
    def on_pipeline_error(self, error: Exception, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Close the record of a run that ended early."""
        if self.record is not None:
            self.record.error = " ".join(str(error).split())
        try:
            self._close(pipeline, catalog)
        except (OSError, DataError) as fault:  # a full disk, for instance; what ended the run is to be told, not this
            logger.warning("the run has no record: %s", fault)

    def _close(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        if self.record is None:
            return
        for name in [output for node in pipeline.nodes for output in node.outputs]:
            dataset = catalog.get(name)
            if isinstance(dataset, ItemStore) and dataset.exists():
                manifest = dataset.manifest()
                self.record.made[name] = len(manifest.items)
                self.record.made_from[name] = manifest.made_from
                self.record.stores[name] = dataset.name
                if manifest.quarantined:
                    self.record.quarantined[name] = {q.key: q.cause for q in manifest.quarantined}
            elif name.endswith(_ACCOUNT) and name in self.record.written:
                self.record.accounts[name] = catalog.load(name)
        if isinstance(self._records, Bucket):
            self.record.write_again_at(self._records, self._name)
            logger.info("run record: %s/%s", self._records.address, self._name)
            return
        path = self._records / self._name
        self.record.write_again(path)
        logger.info("run record: %s", path.relative_to(self._project) if path.is_relative_to(self._project) else path)
