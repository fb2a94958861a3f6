"""The labelling of one item of footage."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.check import Checker
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.keyframes import cut
from vln_pipeline.labelling.labeller import open_labeller
from vln_pipeline.labelling.labels import LabelledWalks, Labels, Rejection
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.regions import room_ahead, visits
from vln_pipeline.labelling.walk import Film, Walk
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.scenes.scene import Room, Scene


def label_footage(
    rooms: Sequence[Room],
    scene: Callable[[], Scene],
    nav: NavigationMap,
    trajectories: Sequence[Trajectory],
    footage: Footage,
    config: LabellingConfig,
    cache_dir: Path,
    seed: int,
) -> LabelledWalks:
    """Return the instructions of every walk that was filmed; one that cannot be labelled is listed with its reason.

    Args:
        rooms: of the scene the walks are in, in its order.
        scene: reads that scene, whole; called where words are followed.
        nav: its storeys.
        trajectories: its walks, at least those filmed.
        footage: the frames.
        config: the stage's parameters.
        cache_dir: folder shared by all runs, for answers of models.
        seed: the run's seed.

    Raises:
        DataError: the labeller cannot be opened, no walk at all can be labelled, or a walk was filmed that is not
            among ``trajectories``.
    """
    known = {trajectory.id: trajectory for trajectory in trajectories}
    strange = [name for name in footage.index.trajectories if name not in known]
    if strange:
        raise DataError(strange[0], "filmed, but not among the scene's trajectories", "render this item again")
    names = room_labels(rooms, config.language)
    checker = Checker(scene, nav, names, config.verify, config.min_probability)

    def label(name: str) -> Labels | Rejection:
        try:
            walk = open_walk(known[name], nav, names, footage, config)
            return checker.kept(labeller.label(walk, checker))
        except DataError as error:
            return Rejection(name, str(error))

    with (
        closing(open_labeller(config, cache_dir, seed)) as labeller,
        ThreadPoolExecutor(labeller.concurrency) as pool,
    ):
        results = list(pool.map(label, footage.index.trajectories))
    walks = LabelledWalks(
        kept=tuple(r for r in results if isinstance(r, Labels)),
        rejected=tuple(r for r in results if isinstance(r, Rejection)),
    )
    if walks.rejected and not walks.kept:
        # A server that is down must not pass for walks that have no words.
        raise DataError(footage.index.scene, f"no walk could be labelled, the first: {walks.rejected[0].reason}")
    return walks


def open_walk(
    trajectory: Trajectory, nav: NavigationMap, rooms: Sequence[str], footage: Footage, config: LabellingConfig
) -> Walk:
    """Return what a labeller knows of a walk.

    Args:
        trajectory: the walk.
        nav: the scene's storeys.
        rooms: type of each room that the storeys refer to; empty where it has no name.
        footage: the frames.
        config: the stage's parameters.
    """
    floor = nav.maps[trajectory.floor]
    return Walk(
        trajectory=trajectory,
        film=Film.of(footage, trajectory.id),
        floor=floor,
        clips=cut(trajectory.path, trajectory.yaw, config.keyframes),
        visits=visits(trajectory.path, floor, rooms),
        beyond=room_ahead(trajectory.path, float(trajectory.yaw[-1]), floor, rooms),
    )


def room_labels(scene: Scene | Sequence[Room], language: str = "en") -> tuple[str, ...]:
    """Return the type of each room; empty where the type says nothing, or the language has no word for it.

    Args:
        scene: the scene, or its rooms alone where nothing else of it was read.
        language: code of the language.
    """
    nouns, rooms = load_phrasebook(language).nouns, scene.rooms if isinstance(scene, Scene) else scene
    labels = (room.label.strip().lower().replace("_", " ") for room in rooms)
    return tuple(label if nouns.speakable(label) else "" for label in labels)
