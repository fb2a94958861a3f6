"""Item stores for tests: serial, with the tasks of store_tasks, in a folder of the test's."""

from pathlib import Path

from kedro.io.core import Version

from vln_pipeline.datasets.item_store import ItemStore

RUNS = [f"2026-01-0{day}T00.00.00.000Z" for day in range(1, 6)]
FIRST, SECOND = RUNS[:2]


def store(folder: Path, run: str = FIRST, name: str = "store", **options) -> ItemStore:
    """Return a store that saves and loads the version of a run."""
    given = {
        "filepath": str(folder / name),
        "cache": str(folder / "cache"),
        "reader": "store_tasks.read_text",
        "writer": "store_tasks.write_text",
        "executor": "serial",
        "max_failures": 10,
        "version": Version(run, run),
    }
    return ItemStore(**(given | options))
