"""What happens around every run."""

from vln_pipeline.runtime.hooks.check_ancestry import CheckAncestry
from vln_pipeline.runtime.hooks.pin_outputs import PinOutputs
from vln_pipeline.runtime.hooks.run_recorder import RunRecorder
from vln_pipeline.runtime.hooks.seal_files import SealFiles

__all__ = ["CheckAncestry", "PinOutputs", "RunRecorder", "SealFiles"]
