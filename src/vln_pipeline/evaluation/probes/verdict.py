"""What figures mean, in words."""

from collections.abc import Iterator, Mapping

from vln_pipeline.evaluation.probes.config import BarsConfig

SOUND = "sound: drives to goals, looks at depth, keeps clear"
_TOGETHER = 0.5
"""Paths are turned rather than strewn if the mean of their unit vectors is at least this long."""


def verdict(figures: Mapping[str, float], bars: BarsConfig) -> str:
    """Return in one line what is wrong with an agent, or that nothing was found.

    Figures that are NaN, since nothing was asked that shows them, are no fault.

    Args:
        figures: as ``figures`` returns them.
        bars: from where on a figure is a fault.
    """
    return "; ".join(_faults(figures, bars)) or SOUND


def _faults(figures: Mapping[str, float], bars: BarsConfig) -> Iterator[str]:
    turned = abs(figures["turned"]) > bars.turned and figures["turned_together"] >= _TOGETHER
    if turned:
        side = "left" if figures["turned"] > 0 else "right"
        angle = f"{abs(figures['turned']):.0f} degrees to the {side}"
        yield f"paths are turned {angle} of their goals (look at the axes of the labels and of the camera extrinsic)"
    if figures["forward"] < bars.forward and not turned:
        yield f"drives forward to a free goal straight ahead in {figures['forward']:.0%} of places only"
    if figures["side"] < bars.side and not turned:
        yield f"ends on the side of the goal in {figures['side']:.0%} of places only"
    if figures["mirror"] > figures["draws"] + bars.mirror:
        yield f"mirrored views give other paths, {figures['mirror']:.2f} m apart: it prefers a side"
    if figures["depth"] < max(bars.effect * figures["detour_draws"], bars.least_effect):  # colour tells too little
        draws = figures["detour_draws"]
        yield f"does not look at depth: without it paths differ by {figures['depth']:.2f} m, two draws by {draws:.2f} m"
    if figures["touching"] > bars.touching:
        yield f"{figures['touching']:.0%} of its paths around something touch it in view"
    if figures["critic"] < bars.critic:
        yield f"its critic does not rank by clearance (correlation {figures['critic']:.2f})"
