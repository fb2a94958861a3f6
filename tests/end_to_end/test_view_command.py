"""The page that a run's report names."""

import json
import re

from test_disk_commands import command


def test_the_command_of_the_report_shows_the_walks_of_its_run(small_run, tmp_path):
    report = max((small_run.data / "09_report/report.html").glob("*/report.html"))  # other tests repeat the run
    words = re.search(r"vln-pipeline (view --run [\w.:-]+)", report.read_text())[1].split()
    done = command(small_run.data, *words, "--save", str(tmp_path / "walks.html"))
    assert done.code == 0, done.output
    told = re.search(r"(\d+) of \1 walks: ", done.output)
    page = (tmp_path / "walks.html").read_text()
    records = json.loads(re.search(r'type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert len(records) == int(told[1]) > 0
    assert all(len(record["frames"]) == 16 and record["scene"] == "home_0000" for record in records)


def test_a_run_that_is_not_there_is_told_in_one_line(small_run, tmp_path):
    done = command(small_run.data, "view", "--run", "2020-01-01T00.00.00.000Z", "--save", str(tmp_path / "walks.html"))
    assert done.code == 1 and "has no filtered walks" in done.output and "Traceback" not in done.output
