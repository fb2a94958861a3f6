"""A System 1 by its configuration, and the other way round."""

from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.navdp_async.network import NavdpAsync
from vln_pipeline.models.nextdit.network import NextDit

Network = NextDit | NavdpAsync


def build(config: BridgeConfig) -> Network:
    """Return the network with random weights."""
    if config.system1 == "navdp_async":
        return NavdpAsync(config.navdp_async)
    return NextDit(config.nextdit.model_copy(update={"look": config.system1 == "nextdit_async"}))


def config_of(network: Network) -> BridgeConfig:
    """Return a configuration that builds a network of the same shape."""
    if isinstance(network, NavdpAsync):
        return BridgeConfig(system1="navdp_async", navdp_async=network.config)
    return BridgeConfig(system1="nextdit_async" if network.config.look else "nextdit", nextdit=network.config)


def with_plan(config: BridgeConfig, width: int) -> BridgeConfig:
    """Return the configuration for plans of a System 2 of a given width."""
    update = {"plan_dim": width}
    nextdit, navdp = (shape.model_copy(update=update) for shape in (config.nextdit, config.navdp_async))
    return config.model_copy(update={"nextdit": nextdit, "navdp_async": navdp})
