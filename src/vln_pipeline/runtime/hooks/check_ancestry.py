"""A run does not begin where what it would read does not go together."""

from collections.abc import Iterator

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset, CatalogProtocol
from kedro.pipeline import Pipeline

from vln_pipeline.datasets.ancestry import first_conflict, going_together
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.refused import RefusedError


class CheckAncestry:
    """Compares what the versions that each node reads, or that its inputs are made from, descend from."""

    @hook_impl(tryfirst=True)  # before the run has a record
    def before_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Check every node of the pipeline that is about to run.

        Raises:
            RefusedError: there is no version of what would be read; tells all such, and what makes them.
            DataError: versions do not go together; tells which do, and how to name them.
        """
        if faults := [*absent(pipeline, catalog)]:
            raise RefusedError(faults)
        read = {name: store for name in sorted(pipeline.inputs()) if (store := _store_with_version(catalog, name))}
        chosen = {name: store.version_to_load() for name, store in read.items()}
        behind: dict[str, set[str]] = {name: {name} for name in chosen}
        for node in pipeline.nodes:  # sorted: a node comes after those that make its inputs
            names = set().union(*(behind.get(name, set()) for name in node.inputs))
            if found := first_conflict(chosen[name] for name in sorted(names)):
                _refuse(str(found), {name: read[name] for name in sorted(names)})
            for output in node.outputs:
                kept = {n for n in names if not _stands_alone(catalog, output) or chosen[n].manifest.stands_alone}
                behind[output] = kept


def absent(pipeline: Pipeline, catalog: CatalogProtocol) -> Iterator[DataError]:
    """Yield what a pipeline would read of which there is no version, or not the one that was named."""
    for name in sorted(pipeline.inputs()):
        dataset = catalog.get(name)
        if not isinstance(dataset, AbstractVersionedDataset) or not dataset._version or dataset.exists():
            continue
        chosen = dataset._version.load
        if chosen:
            mend = "vln-pipeline versions lists those that there are"
            yield DataError(f"--load-versions={name}:{chosen}", "there is no such version", mend)
        elif not getattr(dataset, "may_be_absent", False):
            made = [stage for stage, nodes in pipelines.items() if name in nodes.outputs()]
            stage = min(made, key=lambda stage: len(pipelines[stage].nodes), default=None)
            mend = f"run first: kedro run --pipelines={stage}" if stage else ""
            yield DataError(name, "there is no version of it yet", mend)


def _store_with_version(catalog: CatalogProtocol, name: str) -> ItemStore | None:
    dataset = catalog.get(name)
    return dataset if isinstance(dataset, ItemStore) and dataset.exists() else None


def _stands_alone(catalog: CatalogProtocol, name: str) -> bool:
    dataset = catalog.get(name)
    return isinstance(dataset, ItemStore) and dataset.stands_alone


def _refuse(conflict: str, stores: dict[str, ItemStore]) -> None:
    together = going_together({name: store.sound_versions() for name, store in stores.items()})
    if together is None:
        mend = "no versions of these stores go together; run the stages before this one again"
    else:
        named = ",".join(f"{name}:{version.version}" for name, version in together.items())
        mend = f"these go together: --load-versions={named}; or run the stages before this one again"
    raise DataError(", ".join(stores), conflict, mend)
