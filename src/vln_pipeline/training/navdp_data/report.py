"""What was read of the folders that were given, and what was not."""

from dataclasses import dataclass, field

from vln_pipeline.errors import DataError


@dataclass(frozen=True)
class Skipped:
    """A scene or walk that is not learned from.

    Attributes:
        subject: its name.
        cause: what is wrong with it.
    """

    subject: str
    cause: str


@dataclass
class ReadReport:
    """Counts of what was read, and a line for each thing that was skipped.

    Attributes:
        scenes: datasets read.
        walks: walks read.
        frames: frames of those walks.
        without_cloud: walks of scenes that have no point cloud; their obstacles are those that depth images show.
        skipped: scenes and walks left out.
    """

    scenes: int = 0
    walks: int = 0
    frames: int = 0
    without_cloud: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, error: DataError) -> None:
        """Note what an error kept from being read."""
        self.skipped.append(Skipped(error.subject, error.cause))

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        head = f"{self.walks} walks of {self.scenes} scenes, {self.frames} frames; {len(self.skipped)} skipped"
        bare = [f"{self.without_cloud} walks have no point cloud: obstacles are those that their depth images show"]
        return [head, *(bare if self.without_cloud else []), *(f"{s.subject}: {s.cause}" for s in self.skipped)]
