import torch

from plain_navdp import perturb
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork

SMALL = NavdpConfig(
    image_size=28,
    position_grid=3,
    vit_dim=32,
    vit_depth=2,
    vit_heads=2,
    token_dim=32,
    memory_size=3,
    predict_size=6,
    queries_per_frame=4,
    former_feedforward=64,
    decoder_depth=3,
    heads=4,
    feedforward=64,
)


def perturbed(config: NavdpConfig, seed: int = 1) -> NavdpNetwork:
    """A network none of whose weights is a zero, a one or equal in two layers."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = NavdpNetwork(config).eval()
    perturb(network, torch.Generator().manual_seed(seed), 0.2)
    return network
