import numpy as np

from vln_pipeline.datasets.item import Item
from vln_pipeline.durable import seal
from vln_pipeline.pipelines.rendering.nodes import film_walks
from vln_pipeline.planning import trajectory_archive
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.config import RenderingConfig


def walk(index):
    path = np.zeros((2, 3))
    actions, poses = np.array([1], np.int8), np.zeros((2, 4))
    return Trajectory(f"home_{index:05d}", "home", 0, path, np.zeros(2), np.ones(2, np.float32), actions, poses, 1.0)


def test_walks_are_counted_and_not_read_where_tasks_are_handed_out(tmp_path):
    """The process that hands out the films of a run read the walks of all its homes, only to count them.

    A folder whose walks cannot be read tells how many they are all the same.
    """
    trajectory_archive.write(Plans("home", tuple(walk(i) for i in range(5)), {}), tmp_path)
    (tmp_path / "trajectories.json").unlink()
    seal(tmp_path, {})
    plans = {"home": Item("home", "walks", tmp_path, "vln_pipeline.planning.trajectory_archive.read")}
    scenes = {"home": Item("home", "scene", tmp_path / "none", "vln_pipeline.scenes.archive.read")}
    tasks = film_walks(scenes, plans, RenderingConfig(trajectories_per_task=2), seed=0)
    assert {key: task.args[2:4] for key, task in tasks.items()} == {
        "home.0000": (0, 2),
        "home.0001": (2, 4),
        "home.0002": (4, 6),
    }
    assert all(task.args[1] is plans["home"] for task in tasks.values())
