"""What data generation costs by stage: time, disk and files, from measured units."""

from dataclasses import dataclass

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.sizing.unit_costs import UnitCosts


@dataclass(frozen=True)
class StageCost:
    """What one stage costs.

    Attributes:
        stage: its name.
        core_hours: on one core; None where a unit of it was not measured.
        gpu_hours: on one GPU; None where it needs one, since none was measured.
        size: bytes on the disk; frames that a later stage links count once.
        files: how many, links to frames included.
    """

    stage: str
    core_hours: float | None
    gpu_hours: float | None
    size: float
    files: float


@dataclass(frozen=True)
class Filmed:
    """How much is filmed.

    Attributes:
        walks: of all scenes.
        slices: work items of walks.
        frames: by rig, of all its cameras.
        pixels: by rig, of all its cameras.
        cameras: by rig.
    """

    walks: float
    slices: float
    frames: dict[str, float]
    pixels: dict[str, float]
    cameras: dict[str, int]


def estimate(
    scenes: int,
    texture_size: int,
    sampling: SamplingConfig,
    trajectories: TrajectoryConfig,
    rendering: RenderingConfig,
    export: ExportConfig,
    model: bool,
    units: UnitCosts,
) -> tuple[StageCost, ...]:
    """Return the cost of each stage, in order.

    Args:
        scenes: how many.
        texture_size: edge of a scene's textures, pixels.
        sampling: how many walks a scene has, and how long they are.
        trajectories: how far apart their frames are.
        rendering: what is filmed.
        export: what is written of it.
        model: whether a model words the instructions rather than templates.
        units: what one of each costs.
    """
    filmed = _filmed(scenes, sampling, trajectories, rendering, units)
    cpu, disk, files = units.cpu, units.disk, units.files
    a_scene = disk.scene + disk.textures * disk.texture * texture_size**2
    pairs, frames, pixels = scenes * sampling.pairs, sum(filmed.frames.values()), sum(filmed.pixels.values())
    film_files = files.frame * frames + filmed.walks * sum(filmed.cameras.values()) + files.item * filmed.slices
    film_size = pixels * (disk.rgb + disk.depth + 2 * disk.mask) + disk.seal * film_files
    exported_size, exported_files = _exported(scenes, filmed, rendering, export, units)
    return (
        _stage("scenes", scenes * cpu.scene, scenes * a_scene, scenes * files.scene),
        _stage("esdf", scenes * cpu.map, scenes * disk.map, scenes * files.item),
        _stage("sampling", pairs * cpu.pair, pairs * disk.pair, scenes * files.item),
        _stage("trajectories", pairs * cpu.walk, filmed.walks * disk.walk, scenes * files.item),
        _stage("rendering", _filming(scenes, pixels, rendering, units), film_size, film_files),
        _stage(
            "labelling",
            None if model else _times(filmed.walks, cpu.label),
            filmed.walks * disk.label,
            filmed.slices * files.item,
            needs_gpu=model,
        ),
        _stage("filtering", _times(frames, cpu.select), filmed.walks * disk.selection, filmed.slices * files.item),
        _stage("export", _times(frames, cpu.export), exported_size, exported_files),
    )


def _stage(name: str, seconds: float | None, size: float, files: float, needs_gpu: bool = False) -> StageCost:
    return StageCost(name, None if seconds is None else seconds / 3600, None if needs_gpu else 0.0, size, files)


def _times(count: float, seconds: float | None) -> float | None:
    return None if seconds is None else count * seconds


def _filmed(
    scenes: int,
    sampling: SamplingConfig,
    trajectories: TrajectoryConfig,
    rendering: RenderingConfig,
    units: UnitCosts,
) -> Filmed:
    a_scene = sampling.pairs * units.kept
    length = sampling.min_distance + units.length * (sampling.max_distance - sampling.min_distance)
    by_motion = {
        Motion.CONTINUOUS: length / trajectories.step,
        Motion.DISCRETE: units.turning * length / trajectories.forward,
    }
    frames, pixels, cameras = {}, {}, {}
    for rig in rendering.rigs:
        settings = rig.rig().settings
        of_one = scenes * a_scene * by_motion[rig.motion]
        cameras[rig.name] = len(settings)
        frames[rig.name] = of_one * len(settings)
        pixels[rig.name] = of_one * sum(s.intrinsics.width * s.intrinsics.height for s in settings)
    slices = scenes * max(1.0, a_scene / rendering.trajectories_per_task)
    return Filmed(scenes * a_scene, slices, frames, pixels, cameras)


def _filming(scenes: int, pixels: float, rendering: RenderingConfig, units: UnitCosts) -> float | None:
    """Return CPU seconds."""
    look, cpu = rendering.look, units.cpu
    if look not in cpu.pixel:
        return None
    paths = {"blender.path": rendering.blender.samples, "blender.baked": rendering.blender.baked_samples}.get(look, 0)
    bakes = scenes * cpu.bake if look.endswith("baked") else 0.0
    return bakes + pixels * (cpu.pixel[look] + paths * cpu.light_path.get(look, 0.0))


def _exported(
    scenes: int, filmed: Filmed, rendering: RenderingConfig, export: ExportConfig, units: UnitCosts
) -> tuple[float, float]:
    """Return bytes and files of all datasets."""
    disk, size, files = units.disk, 0.0, 0.0
    for dialect in export.dialects:
        rigs = _rigs(dialect, rendering, export)
        frames = sum(filmed.frames[rig.name] for rig in rigs)
        pixels = sum(filmed.pixels[rig.name] for rig in rigs)
        cameras = sum(filmed.cameras[rig.name] for rig in rigs)
        for version in export.versions:
            size += filmed.walks * disk.row + (scenes * disk.cloud if dialect == "vln_n1" else 0.0)
            if version == "v2.1":  # a file per frame, which is a link to the filmed one, and per walk
                videos = filmed.walks * cameras if export.video.beside_images else 0.0
                own = 2 * frames + filmed.walks * (cameras if dialect == "vln_n1" else 1) + videos
                size += pixels * disk.video * (1.0 if export.video.beside_images else 0.0)
            else:
                own = scenes * cameras
                size += pixels * (disk.video + disk.depth)
            files += own + scenes * units.files.dataset
            size += disk.seal * own
    return size, files + scenes


def _rigs(dialect: str, rendering: RenderingConfig, export: ExportConfig) -> list[RigConfig]:
    """Return the rigs whose frames a dialect takes."""
    wanted = Motion.CONTINUOUS if dialect == "vln_n1" else Motion.DISCRETE
    found = [rig for rig in rendering.rigs if rig.motion is wanted]
    if dialect == "vln_n1":
        return [rig for rig in found if rig.name == export.vln_n1.rig] if export.vln_n1.rig else found[:1]
    return [rig for rig in found if rig.name in export.vln_ce.rigs] if export.vln_ce.rigs else found
