"""What a follower makes of the words of a walk, and which of them are kept."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.verify.follower import Follower
from vln_pipeline.labelling.verify.verdict import Verdict
from vln_pipeline.labelling.verify.world import World
from vln_pipeline.labelling.walk import Walk
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Scene


class Checker:
    """Judges the words of the walks of one scene; threads may share it.

    Args:
        scene: reads the scene; called once, for the first walk that is judged.
        nav: its storeys.
        rooms: type of each room that the storeys refer to; empty where it has no name.
        config: tolerances.
        least: probability of ending near the goal below which a wording is left out; 0 keeps all.
    """

    def __init__(
        self, scene: Callable[[], Scene], nav: NavigationMap, rooms: Sequence[str], config: VerifyConfig, least: float
    ) -> None:
        self._read, self._nav, self._rooms, self._config, self._least = scene, nav, rooms, config, least
        self._worlds: dict[int, World] = {}
        self._lock = threading.Lock()

    def judged(self, walk: Walk, labels: Labels, *, complete: bool) -> Labels:
        """Return labels with what a follower makes of each wording of the route.

        Args:
            walk: the walk.
            labels: its words.
            complete: whether they are meant to tell every turn.
        """
        if not self._config.enabled:
            return labels
        # One walk at a time: what can be seen from where is found once a storey.
        with self._lock:
            trajectory = walk.trajectory
            world = self._world(trajectory.floor)
            yaw, radius = float(trajectory.yaw[0]), self._nav.radius
            follower = Follower(world, trajectory.path, yaw, radius, self._config)
            texts = (labels.sum_instruction, *labels.variants)
            judged = (follower.judge(text, complete=complete, language=labels.language) for text in texts)
            return replace(labels, verdicts=tuple(judged))

    def keeps(self, labels: Labels) -> bool:
        """Return whether any wording leads there, or none was judged."""
        return not labels.verdicts or any(map(self._leads_there, labels.verdicts))

    def kept(self, labels: Labels) -> Labels:
        """Return labels with the wordings that lead there; the first of them is the main one.

        Raises:
            DataError: none does.
        """
        if not labels.verdicts:
            return labels
        texts = (labels.sum_instruction, *labels.variants)
        good = [(t, v) for t, v in zip(texts, labels.verdicts, strict=True) if self._leads_there(v)]
        if not good:
            best = max(labels.verdicts, key=lambda v: v.within_3m)
            cause = "its words contradict the walk" if best.contradictions else "its words do not lead there"
            raise DataError(labels.trajectory, cause, "lower labelling.verify.min_probability to keep it")
        (first, _), *others = good
        verdicts = tuple(verdict for _, verdict in good)
        return replace(labels, sum_instruction=first, variants=tuple(t for t, _ in others), verdicts=verdicts)

    def _leads_there(self, verdict: Verdict) -> bool:
        return self._least == 0 or (verdict.within_3m >= self._least and not verdict.contradictions)

    def _world(self, floor: int) -> World:
        if floor not in self._worlds:
            self._worlds[floor] = World(self._scene, self._nav.maps[floor], self._rooms, self._raycaster, self._config)
        return self._worlds[floor]

    @cached_property
    def _scene(self) -> Scene:
        return self._read()

    @cached_property
    def _raycaster(self) -> Raycaster:
        return Raycaster(self._scene)
