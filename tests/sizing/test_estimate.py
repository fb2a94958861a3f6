import pytest

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.sizing.estimate import estimate
from vln_pipeline.sizing.unit_costs import read_unit_costs


def costs(scenes=10, sampling=None, trajectories=None, rendering=None, export=None, model=False):
    """By stage, of the defaults with some parameters changed."""
    found = estimate(
        scenes,
        512,
        SamplingConfig(**sampling or {}),
        TrajectoryConfig(**trajectories or {}),
        RenderingConfig(**rendering or {}),
        ExportConfig(**export or {}),
        model,
        read_unit_costs(),
    )
    return {cost.stage: cost for cost in found}


def test_all_grows_with_scenes():
    few, many = costs(10), costs(30)
    for stage, cost in few.items():
        assert many[stage].size == pytest.approx(3 * cost.size)
        assert many[stage].files == pytest.approx(3 * cost.files)
        if cost.core_hours is not None:
            assert many[stage].core_hours == pytest.approx(3 * cost.core_hours) and cost.core_hours > 0
    assert all(cost.size > 0 and cost.files > 0 for cost in few.values())


def with_rigs(**changes):
    return {"rigs": [rig.model_copy(update=changes).model_dump() for rig in RenderingConfig().rigs]}


@pytest.mark.parametrize(
    ("stage", "figure", "change", "factor"),
    [
        ("trajectories", "size", {"sampling": {"pairs": 48}}, (2.0, 2.0)),
        ("rendering", "files", {"trajectories": {"step": 0.0188}}, (1.5, 2.0)),
        ("rendering", "size", {"rendering": with_rigs(scale=1.0)}, (3.9, 4.1)),
        ("rendering", "core_hours", {"rendering": {"blender": {"mode": "path", "samples": 16}}}, (2.0, 50.0)),
        ("export", "files", {"export": {"versions": ["v3.0"]}}, (0.0, 0.1)),
        ("export", "size", {"export": {"dialects": ["vln_n1"]}}, (0.1, 0.9)),
        ("export", "size", {"export": {"video": {"beside_images": False}}}, (0.5, 0.99)),
    ],
)
def test_a_changed_parameter_changes_its_figure(stage, figure, change, factor):
    ratio = getattr(costs(**change)[stage], figure) / getattr(costs()[stage], figure)
    assert factor[0] - 1e-6 <= ratio <= factor[1] + 1e-6


def test_what_was_not_measured_is_not_made_up():
    assert costs(model=True)["labelling"].gpu_hours is None
    assert costs(model=True)["labelling"].core_hours is None
    assert costs(rendering={"backend": "raycast"})["rendering"].core_hours is None
    assert costs(rendering={"backend": "raycast"})["rendering"].size > 0
