import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
STORES = [
    "01_scenes",
    "02_esdf",
    "03_pairs",
    "04_trajectories",
    "05_footage",
    "06_labels",
    "07_selection",
    "08_lerobot",
    "08_lerobot_joined",
]


def documented(store: str) -> dict[str, str]:
    """Return what the page says of a store: description by path pattern; every item also has its seal.json."""
    page = (ROOT / "docs" / "reference" / "stores.md").read_text()
    tree = re.search(rf"## {store}\n.*?```tree\n(.*?)```", page, re.DOTALL)[1]
    lines = (re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in tree.splitlines())
    return {"seal.json": "", **dict(lines)}


def regex(pattern: str) -> re.Pattern:
    return re.compile(re.sub(r"<\w+>", "[^/]+", pattern.replace(".", r"\.")))


@pytest.mark.parametrize("store", STORES)
def test_every_file_is_drawn_and_every_drawn_file_is_there(small_run, store):
    items = small_run.data / store / "items"
    found = {str(f.relative_to(item)) for item in items.iterdir() for f in item.rglob("*") if f.is_file()}
    drawn = {pattern: regex(pattern) for pattern in documented(store)}
    assert not [f for f in found if not any(r.fullmatch(f) for r in drawn.values())]
    assert not [pattern for pattern, r in drawn.items() if not any(r.fullmatch(f) for f in found)]


@pytest.mark.parametrize("store", ["03_pairs", "04_trajectories", "06_labels", "07_selection"])
def test_columns_are_those_of_the_page(small_run, store):
    item = next((small_run.data / store / "items").iterdir())
    for table in item.glob("*.parquet"):
        said = re.sub(r"\(.*?\)|;.*", "", documented(store)[table.name])
        assert [name.strip() for name in said.split(",")] == pq.read_schema(table).names
