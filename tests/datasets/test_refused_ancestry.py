"""A run does not begin where the versions it would read do not go together."""

from pathlib import Path

import pytest
import store_tasks as tasks
from kedro.io import DataCatalog
from kedro.io.core import Version
from kedro.pipeline import Pipeline, node

from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.hooks import CheckAncestry

RUNS = [f"2026-01-0{day}T00.00.00.000Z" for day in range(1, 6)]


def store(folder: Path, name: str, load: str | None, save: str | None, **options) -> ItemStore:
    given = {
        "filepath": str(folder / f"0_{name}"),
        "cache": str(folder / "cache"),
        "reader": "store_tasks.read_text",
        "writer": "store_tasks.write_text",
        "executor": "serial",
        "version": Version(load, save),
    }
    return ItemStore(**(given | options))


def run(folder: Path, run: str, seed: int, *names: str) -> None:
    """Make versions of some stores, each of the latest of the one before it."""
    for name in names:
        if name == "scenes":
            made = {"a": Task(tasks.make, "a", seed, str(folder / "log.txt"))}
        else:
            above = {"walks": "scenes", "labels": "walks"}[name]
            made = {"a": Task(tasks.twice, store(folder, above, None, None).load()["a"])}
        store(folder, name, run, run).save(made)


def check(folder: Path, pipeline: Pipeline, **versions: str) -> None:
    names = ("scenes", "walks", "labels")
    catalog = DataCatalog({name: store(folder, name, versions.get(name), None) for name in names})
    CheckAncestry().before_pipeline_run(pipeline, catalog)


LABELLING = Pipeline([node(lambda scenes, walks: {}, ["scenes", "walks"], "labels", name="label")])


def test_the_refusal_tells_which_versions_go_together(tmp_path):
    """Scenes of seed 8 beside walks of seed 7 gave instructions of another house, with exit code 0."""
    run(tmp_path, RUNS[0], 7, "scenes", "walks")
    run(tmp_path, RUNS[1], 8, "scenes")
    with pytest.raises(DataError) as raised:
        check(tmp_path, LABELLING)
    told = str(raised.value)
    assert "0_scenes has another a" in told
    assert f"--load-versions=scenes:{RUNS[0]},walks:{RUNS[0]}" in told
    assert "\n" not in told
    check(tmp_path, LABELLING, scenes=RUNS[0], walks=RUNS[0])


def test_a_node_far_behind_what_is_read_is_checked_too(tmp_path):
    """What the run makes first descends from the older scenes; its last node reads the newer ones beside it."""
    run(tmp_path, RUNS[0], 7, "scenes", "walks")
    run(tmp_path, RUNS[1], 8, "scenes")
    words = node(lambda walks: {}, ["walks"], "labels", name="words")
    page = node(lambda scenes, labels: "", ["scenes", "labels"], "page", name="page")
    with pytest.raises(DataError, match="not of one ancestry"):
        check(tmp_path, Pipeline([words, page]))
    check(tmp_path, Pipeline([words]))


def test_where_no_versions_go_together_the_stages_are_to_run_again(tmp_path):
    run(tmp_path, RUNS[0], 7, "scenes", "walks")
    run(tmp_path, RUNS[1], 8, "scenes")
    for name in ("manifest.json", "plan.json"):
        (tmp_path / "0_scenes" / RUNS[0] / "0_scenes" / name).unlink()
    with pytest.raises(DataError, match="run the stages before this one again"):
        check(tmp_path, LABELLING)
