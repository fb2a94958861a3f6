"""Walks through a generated home, filmed and exported for the benchmarks of System 2's data."""

from pathlib import Path

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import ExportWalk
from vln_pipeline.export.export import export_scene
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.rendering.film import film
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.source import open_source


def write_walks(directory: Path, walks: int, scale: float, seed: int) -> Path:
    """Export walks of 7 to 12 metres, as long as those of R2R-CE; return the folder of the dataset.

    Args:
        directory: takes footage and export.
        walks: how many.
        scale: of the images; 1 is 640 x 480 pixels.
        seed: of everything.
    """
    home = {"count": 1, "floor_area": (84, 96), "rooms": (6, 8), "two_storey_probability": 0, "texture_size": 64}
    source = open_source(ScenesConfig(procedural=home), seed)
    scene = source.load(next(iter(source.discover())))
    nav = build_navigation_map(scene, EsdfConfig())
    pairs = sample_endpoints(nav, SamplingConfig(pairs=4 * walks, min_distance=7, max_distance=12), seed)
    plans = plan_trajectories(nav, pairs, TrajectoryConfig(), seed).trajectories[:walks]
    rig = RigConfig(
        name="habitat", motion=Motion.DISCRETE, camera="habitat", scale=scale, height=1.25, pitches=(0.0, 30.0)
    )
    rendering = RenderingConfig(backend="raycast", rigs=(rig,))
    film(scene, plans, rendering, directory / "footage", seed=seed, cache=directory / "cache", threads=1)
    footage = Footage(directory / "footage")
    config = ExportConfig(dialects=("vln_ce",), versions=("v2.1",), video={"beside_images": False})
    filmed = (ExportWalk(footage, walk, labels(walk.id, len(walk.path) - 1)) for walk in plans)
    export_scene(filmed, scene, nav, config, directory / "export", seed=seed, provenance={"command": __file__})
    return directory / "export/vln_ce/v2.1"


def labels(trajectory: str, last: int) -> Labels:
    """Return a route in the usual number of words."""
    route = "Leave the room through the door ahead, go along the hallway, turn left at the sofa and stop by the table."
    return Labels(trajectory, (Clip(0, last, route, route),), route, (0, last), (), "none")
