import importlib.util
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def runner():
    spec = importlib.util.spec_from_file_location("benchmarks_runner", BENCHMARKS / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_benchmark_is_found_and_speaks_as_agreed(runner):
    """Two of them said "passed" or nothing where the others say "ok", so no table could be made of all."""
    names = runner.programs()
    assert {"planning", "planning_run", "neighbours", "rendering"} <= set(names)
    assert "scan_house" not in names
    for name in names:
        text = (BENCHMARKS / f"{name}.py").read_text(encoding="utf-8")
        missing = [key for key in runner.KEYS if f'"{key}"' not in text]
        assert not missing and "--quick" in text, (name, missing)


def told(**changes):
    return {
        "name": "x",
        "value": 3.0,
        "unit": "a|b",
        "baseline": 1,
        "ratio": 3,
        "target": 2,
        "ok": True,
        "detail": {},
    } | changes


def test_only_a_whole_object_in_the_last_line_counts(runner):
    assert runner.last_object(f"a table\n{json.dumps(told())}\n") == told()
    for printed in ("", "no object", json.dumps({"ok": True}), "[1]", json.dumps(told()) + "\nafterwards"):
        assert runner.last_object(printed) is None


def test_the_page_tells_the_machine_and_what_failed(runner):
    results = [
        runner.Result("fast", 10.0, False, told()),
        runner.Result("slow", 20.0, True, told(ok=False)),
        runner.Result("broken", 30.0, False, None),
    ]
    page = runner.page(results, load=0.5)
    assert runner.machine() in page and "1 minutes in all" in page
    assert "| `fast` | 3.0 a/b | 1 | 3 | 2 | yes | 10 |" in page
    assert "| `slow` (quick) | 3.0 a/b | 1 | 3 | 2 | no | 20 |" in page
    assert "| `broken` | failed | | | | no | 30 |" in page


def test_a_benchmark_that_dies_is_a_failed_row(runner, tmp_path, monkeypatch):
    (tmp_path / "dies.py").write_text('print("half a table")\nraise SystemExit(3)\n')
    (tmp_path / "lives.py").write_text(
        f"import sys\nassert sys.argv[1:] == ['--quick']\nprint({json.dumps(told())!r})\n"
    )
    monkeypatch.setattr(runner, "HERE", tmp_path)
    assert runner.run("dies", quick=False).told is None
    assert runner.run("lives", quick=True).ok
