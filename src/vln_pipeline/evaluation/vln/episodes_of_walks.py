"""Episodes from walks that were put into words."""

from collections.abc import Iterable, Sequence

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.episode import DEFINITION, Episode, EpisodeSet
from vln_pipeline.evaluation.vln.protocol import Protocol
from vln_pipeline.evaluation.world.building import Building
from vln_pipeline.labelling.first_turn import with_first_turn
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.trajectory import Trajectory


def episodes_of_walks(
    nav: NavigationMap,
    walks: Sequence[Trajectory],
    labels: Iterable[Labels],
    protocol: Protocol,
    wordings: int,
    most: int,
) -> EpisodeSet:
    """Return the episodes of one scene.

    Args:
        nav: the scene's floors.
        walks: of the scene.
        labels: of those walks that could be put into words.
        protocol: its body has ``least_distance`` to go at least, else stopping at once would be a success.
        wordings: episodes per walk at most, each with another wording of the same route.
        most: episodes of the scene at most; a walk's later wordings are left out first.

    Raises:
        DataError: no walk that is long enough has words, or words belong to a walk that is not there.
    """
    scene, known, worded = nav.scene, {walk.id: walk for walk in walks}, tuple(labels)
    strange = [label.trajectory for label in worded if label.trajectory not in known]
    if strange:
        raise DataError(strange[0], "has an instruction, but is not among the scene's walks", "label the scene again")
    building = Building(nav, protocol.radius, goals_kept=1)
    far = [label for label in worded if _way_of(known[label.trajectory], building) >= protocol.least_distance]
    told = [
        (number, label.trajectory, text)
        for label in (with_first_turn(label, known[label.trajectory].poses) for label in far)
        for number, text in enumerate((label.sum_instruction, *label.variants)[:wordings])
    ]
    if not told:
        cause = f"none of its {len(worded)} walks in words starts {protocol.least_distance:g} m or more from its goal"
        raise DataError(scene, cause, "raise evaluate.sampling.pairs or evaluate.sampling.min_distance")
    chosen = sorted(told, key=lambda entry: entry[0])[:most]
    return EpisodeSet(scene, DEFINITION, tuple(_episode(known[name], number, text) for number, name, text in chosen))


def _episode(walk: Trajectory, number: int, text: str) -> Episode:
    return Episode(
        id=f"{walk.id}_{number:02d}",
        floor=walk.floor,
        start=walk.poses[0],
        goal=walk.poses[-1, :3],
        reference=walk.poses[:, :3],
        instruction=text,
    )


def _way_of(walk: Trajectory, building: Building) -> float:
    return building.distance(walk.poses[0, :3], walk.poses[-1, :3])
