"""Project settings; see https://docs.kedro.org/en/stable/configure/configuration_basics/."""

import warnings

from omegaconf.resolvers import oc

from vln_pipeline.runtime.config_loader import LayeredConfigLoader
from vln_pipeline.runtime.hooks import CheckAncestry, PinOutputs, RunRecorder, SealFiles
from vln_pipeline.runtime.session import ProjectSession

# Kedro 1.7 calls a function that omegaconf 2.4 renamed, four times per command; nothing here can mend it.
warnings.filterwarnings("ignore", message=r"register_new_resolver\(\) is deprecated", category=UserWarning)

HOOKS = (CheckAncestry(), PinOutputs(), RunRecorder(), SealFiles())
SESSION_CLASS = ProjectSession
CONFIG_LOADER_CLASS = LayeredConfigLoader  # base, then the environment, then conf/local
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "base",
    # An environment or --params then changes single values; the default would drop the rest of the block.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "custom_resolvers": {"oc.env": oc.env},
}
