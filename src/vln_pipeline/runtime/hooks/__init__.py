"""What happens around every run."""

from vln_pipeline.runtime.hooks.check_parameters import CheckParameters
from vln_pipeline.runtime.hooks.pin_outputs import PinOutputs
from vln_pipeline.runtime.hooks.run_recorder import RunRecorder

__all__ = ["CheckParameters", "PinOutputs", "RunRecorder"]
