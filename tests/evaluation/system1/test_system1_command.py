"""The user's own command, with all stores in a folder of the test's."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[3]
SMALL = "evaluate_system1.agents.navdp=false,evaluate_system1.episodes.point=2,evaluate_system1.episodes.image=0"


def kedro_run(data, parameters):
    program = Path(sys.executable).with_name("kedro")
    environment = {**os.environ, "VLN_DATA": str(data), "KEDRO_DISABLE_TELEMETRY": "1"}
    command = [str(program), "run", "--pipelines=evaluate_system1", f"--params={parameters}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_baselines_are_scored_before_anything_was_trained(tmp_path):
    code, output = kedro_run(tmp_path, SMALL)
    assert code == 0, output
    (results,) = (tmp_path / "24_system1_results").glob("results.parquet/*/results.parquet")
    table = pd.read_parquet(results)
    assert set(table["agent"]) == {"straight_line", "stop_and_turn", "shortest_path", "random"}
    assert table[table["agent"] == "shortest_path"]["success_1.0m"].dropna().eq(1).all()
    (page,) = (tmp_path / "25_system1_report").glob("report.html/*/report.html")
    assert "data:image/gif;base64," in page.read_text()
    items = {p: p.stat().st_mtime_ns for p in (tmp_path / "23_system1_drives" / "items").iterdir()}
    assert kedro_run(tmp_path, f"{SMALL},evaluate_system1.resamples=300")[0] == 0
    assert {p: p.stat().st_mtime_ns for p in items} == items


@pytest.mark.slow
def test_a_parameter_out_of_range_stops_the_command_before_it_starts(tmp_path):
    code, output = kedro_run(tmp_path, "evaluate_system1.drive.replan=0")
    assert code == 1
    assert "drive.replan" in output
    assert not list(tmp_path.glob("2*"))
