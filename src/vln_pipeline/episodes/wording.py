"""The instructions of episodes as the labels of their walks."""

from collections.abc import Iterable

from vln_pipeline.episodes.datasets import DATASETS
from vln_pipeline.episodes.episode import Episode
from vln_pipeline.episodes.walks import EpisodeWalks
from vln_pipeline.export.vln_ce import SEPARATOR
from vln_pipeline.labelling.labels import Clip, LabelledWalks, Labels, Rejection


def label_walks(walks: EpisodeWalks, episodes: Iterable[Episode]) -> LabelledWalks:
    """Return the words of each walk: that of its first episode, and those of the others as further wordings.

    Args:
        walks: of one scene.
        episodes: of that scene.
    """
    told = {episode.id: episode for episode in episodes}
    kept: list[Labels] = []
    rejected: list[Rejection] = []
    for walk in walks.trajectories:
        owners = [told[name] for name in walks.episodes[walk.id]]
        # A wording that holds the mark which joins wordings would be read as two.
        texts = list(dict.fromkeys(e.instruction.text for e in owners if SEPARATOR not in e.instruction.text))
        if not texts:
            rejected.append(Rejection(walk.id, f"its instruction holds {SEPARATOR}"))
            continue
        last = len(walk.path) - 1
        labeller = f"{DATASETS[owners[0].dataset].title}, {owners[0].split}"
        whole = Clip(0, last, texts[0], texts[0])
        kept.append(Labels(walk.id, (whole,), texts[0], (0, last), tuple(texts[1:]), labeller))
    return LabelledWalks(tuple(kept), tuple(rejected))
