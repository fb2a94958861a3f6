"""What a run needs of its machine, looked for before anything is started."""

from vln_pipeline.runtime.needs.missing import missing

__all__ = ["missing"]
