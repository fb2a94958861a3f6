"""Which scenes only validation sees: one choice for the export and for every training of a run."""

from collections.abc import Iterable

from vln_pipeline.seeding import generator


def held_out(scenes: Iterable[str], share: float, seed: int) -> frozenset[str]:
    """Return the scenes of validation: at least one and never all of several, none of a single one.

    Scenes are ordered by a draw that each has of its own, and the first are held out. So every stage that is given the
    same scenes and share holds out the same ones, in whatever order and however often it names them, and a smaller
    share holds out some of those of a larger one. A System 1 must not have learned from what its System 2 is validated
    on.

    Args:
        scenes: names.
        share: of the scenes; 0 for none.
        seed: of the run.
    """
    order = sorted(set(scenes), key=lambda name: (generator(seed, "validation", name).random(), name))
    if not share or len(order) < 2:
        return frozenset()
    return frozenset(order[: min(len(order) - 1, max(1, round(share * len(order))))])
