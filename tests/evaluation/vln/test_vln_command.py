"""The user's own command, with all stores in a folder of the test's."""

import pandas as pd
import pytest
from command import Run, kedro_run

SMALL = (
    "evaluate.agents.trained=[],evaluate.sampling.pairs=2,evaluate.sampling.max_distance=7,evaluate.drive.scale=0.1,"
    "evaluate.shown=1"
)


def evaluate(data, parameters) -> Run:
    return kedro_run(data, "--pipelines=evaluate", f"--params={parameters}")


@pytest.mark.slow
def test_baselines_are_scored_before_anything_was_trained(tmp_path):
    done = evaluate(tmp_path, SMALL)
    assert done.code == 0, done.output
    (results,) = (tmp_path / "38_evaluate_results").glob("results.parquet/*/results.parquet")
    table = pd.read_parquet(results)
    assert set(table["agent"]) == {"shortest_way", "reference_way", "random", "forward_only", "stop_at_once"}
    assert table[table["agent"] == "shortest_way"]["SR"].eq(1).all()
    assert table["definition"].eq("internnav/2").all()
    (page,) = (tmp_path / "39_evaluate_report").glob("report.html/*/report.html")
    assert "data:image/gif;base64," in page.read_text()
    items = {p: p.stat().st_mtime_ns for p in (tmp_path / "37_evaluate_drives" / "items").iterdir()}
    assert evaluate(tmp_path, f"{SMALL},evaluate.resamples=300").code == 0
    assert {p: p.stat().st_mtime_ns for p in items} == items


@pytest.mark.slow
def test_what_was_not_trained_is_told_before_anybody_drives(tmp_path):
    done = evaluate(tmp_path, SMALL.replace("evaluate.agents.trained=[],", ""))
    assert done.code == 1
    assert "run train_system2 first" in done.output


@pytest.mark.slow
def test_a_parameter_out_of_range_stops_the_command_before_it_starts(tmp_path):
    done = evaluate(tmp_path, "evaluate.drive.scale=2")
    assert done.code == 2
    assert "drive.scale" in done.output
    assert not list(tmp_path.glob("3*"))
