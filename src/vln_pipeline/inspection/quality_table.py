"""The walks' measures beside those of the released data."""

from collections.abc import Mapping, Sequence

from vln_pipeline.inspection.page import Table, table_of
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.quality import summary
from vln_pipeline.planning.trajectory import Trajectory

# What users measured on InternData-N1's vln_n1 split; its sources are in docs/explanation/differences.md.
_ROWS = {
    "trajectories": ("walks", ""),
    "length_median": ("length, median [m]", "6.03"),
    "straightness_median": ("length over straight line, median", "1.08"),
    "length_ratio_median": ("length over geodesic, median", ""),
    "violations": ("frames nearer than the radius, share", "13 % of episodes"),
    "median_clearance_median": ("clearance, median [m]", "0.46 to 0.68"),
    "min_clearance_p05": ("smallest clearance of a walk, 5th percentile [m]", ""),
    "step": ("step between frames, median [m]", "0.0376"),
    "max_turn_p95": ("largest turn between frames, 95th percentile [degrees]", "3.8 to 4"),
    "end_error_p95": ("end of the actions from the end of the path, 95th percentile [m]", ""),
    "coverage": ("navigable floor near a walk, share", ""),
}


def quality_table(walks: Sequence[Trajectory], maps: Mapping[str, NavigationMap]) -> Table:
    """Return one row per measure; ``maps`` are by scene id."""
    found = summary(walks, maps)
    rows = [(name, found[key], reference) for key, (name, reference) in _ROWS.items()]
    return table_of(["measure", "here", "InternData-N1"], rows)
