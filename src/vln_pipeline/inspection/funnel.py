"""How many walks each stage took in and left out, and why."""

from collections import Counter
from collections.abc import Iterable

from vln_pipeline.filtering.selection import KEPT, Selection
from vln_pipeline.inspection.page import Table, table_of
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.planning.endpoint_pairs import EndpointPairs
from vln_pipeline.planning.plan import Plans


def funnel_table(
    pairs: Iterable[EndpointPairs],
    plans: Iterable[Plans],
    labelled: Iterable[LabelledWalks],
    selections: Iterable[Selection],
) -> Table:
    """Return one row per stage: what it kept, what it rejected, by reason."""
    drawn, drawn_out = 0, Counter[str]()
    for found in pairs:
        drawn += len(found.pairs)
        drawn_out.update(found.rejected)
    planned, planned_out = 0, Counter[str]()
    for plan in plans:
        planned += len(plan.trajectories)
        planned_out.update(plan.rejected)
    worded, worded_out = 0, Counter[str]()
    for walks in labelled:
        worded += len(walks.kept)
        worded_out.update(_of_any_walk(r.reason, r.trajectory) for r in walks.rejected)
    selected, selected_out = 0, Counter[str]()
    for selection in selections:
        selected += len(selection.kept)
        lost = selection.walks[selection.walks.reason != KEPT]
        selected_out.update(map(_of_any_walk, lost.reason, lost.trajectory))
    rows = [
        ("start and goal pairs", drawn, _reasons(drawn_out)),
        ("walks planned", planned, _reasons(planned_out)),
        ("walks labelled", worded, _reasons(worded_out)),
        ("walks selected", selected, _reasons(selected_out)),
    ]
    return table_of(["stage", "kept", "left out"], rows)


def _of_any_walk(reason: str, trajectory: str) -> str:
    """Return a reason without the name of the walk, so that walks with the same one are counted together."""
    return reason.replace(f"{trajectory}: ", "")


def _reasons(counts: Counter[str]) -> str:
    return "; ".join(f"{_in_words(reason)}: {count}" for reason, count in sorted(counts.items())) or "none"


def _in_words(reason: str) -> str:
    """Return a code as words; a sentence, which may name a parameter, as it is."""
    return reason if " " in reason else reason.replace("_", " ")
