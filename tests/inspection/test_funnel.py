"""How many walks each stage left out, and why."""

from types import SimpleNamespace

import pandas as pd

from vln_pipeline.filtering.selection import KEPT
from vln_pipeline.inspection.funnel import funnel_table


def test_walks_with_the_same_reason_are_counted_together():
    """Each walk had a line of its own, in which "min_probability" had lost its underscore."""
    cause = "its words contradict the walk; lower labelling.verify.min_probability to keep it"
    names = ("home_0002_00000", "home_0002_00002")
    rejected = [SimpleNamespace(trajectory=name, reason=f"{name}: {cause}") for name in names]
    labelled = SimpleNamespace(kept=(), rejected=rejected)
    rows = [(r.trajectory, f"not labelled: {r.reason}") for r in rejected]
    walks = pd.DataFrame([*rows, ("home_0002_00003", KEPT)], columns=["trajectory", "reason"])
    selection = SimpleNamespace(kept=("home_0002_00003",), walks=walks)
    pairs = SimpleNamespace(pairs=(), rejected={"too_near": 3})
    told = {stage: (kept, why) for stage, kept, why in funnel_table([pairs], [], [labelled], [selection]).rows}
    assert told["start and goal pairs"] == ("0", "too near: 3")
    assert told["walks labelled"] == ("0", f"{cause}: 2")
    assert told["walks selected"] == ("1", f"not labelled: {cause}: 2")
