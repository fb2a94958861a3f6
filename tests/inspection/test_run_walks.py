"""The page of a run: walks that were kept and walks that were rejected, with the reason."""

import json
import re

import drawn_room
import pandas as pd
import pytest

from vln_pipeline.filtering.selection import Selection
from vln_pipeline.inspection.dataset_page import run_page
from vln_pipeline.inspection.run_walks import judged_walks, measured_frames, shown_walks
from vln_pipeline.labelling.labels import LabelledWalks, Rejection
from vln_pipeline.planning.plan import Plans


@pytest.fixture
def run(tmp_path):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory(n, frames=20) for n in range(3)])
    ids = [walk.trajectory.id for walk in walks]
    table = pd.DataFrame({"trajectory": ids, "reason": ["", "too few clips", "not labelled: no room"]})
    labels = LabelledWalks((walks[0].labels, walks[1].labels), (Rejection(ids[2], "no room"),))
    frames = pd.DataFrame({"frame": [0, 8], "entropy": [0.25, 0.75], "categories": [1, 3]})
    selection = Selection(frames, pd.DataFrame(), table)
    plans = Plans("room", tuple(walk.trajectory for walk in walks), {})
    return (
        {"room": lambda: plans},
        {"room.0": lambda: walks[0].footage},
        {"room.0": lambda: labels},
        {"room.0": lambda: selection},
    )


def test_rejected_walks_are_shown_with_their_reason(run):
    plans, footage, labels, selections = run
    judged = judged_walks(selections)
    page = run_page("Walks", judged, shown_walks(judged, 10), measured_frames(selections), plans, footage, labels)
    assert "3 walks were filmed; rejected: 1 too few clips; 1 not labelled: no room. 3 walks are shown." in page
    assert "<tr><th>clearance</th><td>1 to 1 m, median 1</td>" in page
    assert "What 2 frames tell" in page and "<td>0.25 to 0.75, median 0.5</td>" in page
    assert "<span>wall <b>48</b></span>" in page
    assert ">too few clips</option>" in page and ">not labelled: no room</option>" in page
    records = json.loads(re.search(r'type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert [(told["scene"], told["reason"]) for told in records] == [
        ("room", ""),
        ("room", "too few clips"),
        ("room", "not labelled: no room"),
    ]
    assert [len(told["wordings"]) for told in records] == [2, 2, 0]
    assert records[0]["frames"][0]["clip"] == "Walk ahead." and not records[2]["frames"][0]["clip"]
    assert all(told["length"] == pytest.approx(19 * 0.0376, abs=0.01) for told in records)


def test_few_rejected_walks_do_not_drown_among_many_kept_ones():
    judged = [("home.0", f"home_{n:05d}", "dull" if n % 50 == 0 else "") for n in range(1000)]
    shown = shown_walks(judged, 100)
    assert len(shown) == len(set(shown)) == 100
    assert sum(reason == "dull" for *_, reason in shown) == 20
    assert shown == sorted(shown)
    assert len(shown_walks(judged[:7], 100)) == 7
