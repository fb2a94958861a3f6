"""The user's own command, with all stores in a folder of the test's."""

import pandas as pd
import pytest
from command import Run, kedro_run

SMALL = "evaluate_system1.agents.navdp=false,evaluate_system1.episodes.point=2,evaluate_system1.episodes.image=0"


def evaluate(data, parameters) -> Run:
    return kedro_run(data, "--pipelines=evaluate_system1", f"--params={parameters}")


@pytest.mark.slow
def test_baselines_are_scored_before_anything_was_trained(tmp_path):
    done = evaluate(tmp_path, SMALL)
    assert done.code == 0, done.output
    (results,) = (tmp_path / "24_system1_results").glob("results.parquet/*/results.parquet")
    table = pd.read_parquet(results)
    assert set(table["agent"]) == {"straight_line", "stop_and_turn", "shortest_path", "random"}
    assert table[table["agent"] == "shortest_path"]["success_1.0m"].dropna().eq(1).all()
    (page,) = (tmp_path / "25_system1_report").glob("report.html/*/report.html")
    assert "data:image/gif;base64," in page.read_text()
    items = {p: p.stat().st_mtime_ns for p in (tmp_path / "23_system1_drives" / "items").iterdir()}
    assert evaluate(tmp_path, f"{SMALL},evaluate_system1.resamples=300").code == 0
    assert {p: p.stat().st_mtime_ns for p in items} == items


@pytest.mark.slow
def test_a_parameter_out_of_range_stops_the_command_before_it_starts(tmp_path):
    done = evaluate(tmp_path, "evaluate_system1.drive.replan=0")
    assert done.code == 2
    assert "drive.replan" in done.output
    assert not list(tmp_path.glob("2*"))
