"""Published checkpoints of Seq2Seq, CMA and RDP, read and written: InternNav's, and VLN-CE's of the former two."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.weights import check_names, read_weights
from vln_pipeline.models.single_system.names import own_name, published_name
from vln_pipeline.models.single_system.system import Network

Kind = TypeVar("Kind", bound=Network)


@dataclass(frozen=True)
class Official(Generic[Kind]):
    """What came out of a published file.

    Attributes:
        network: in evaluation mode.
        taken: names of its weights in the file.
        ignored: names in the file that no network asks.
    """

    network: Kind
    taken: tuple[str, ...]
    ignored: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the report, a line each."""
        told = [f"{len(self.taken)} weights of a {self.network.title} taken"]
        return [*told, f"ignored: {', '.join(self.ignored)}"] if self.ignored else told


def load_official(path: Path, kind: type[Kind], config: Any = None) -> Official[Kind]:
    """Read a checkpoint of another program.

    Args:
        path: .safetensors, or what ``torch.save`` wrote; nothing but weights is read from it.
        kind: of the network.
        config: of its type ``kind.shape``; None for the published sizes.

    Raises:
        DataError: the file cannot be read, or is of another network: weights are missing, left over, or of another
            shape.
    """
    found = read_weights(path)
    weights, published = {}, {}
    for name, value in found.items():
        own = own_name(name, kind.rules)
        weights[own], published[own] = value, name
    if kind.words_table not in weights:
        cause = f"has no {published_name(kind.words_table, kind.rules)}, so it is no {kind.title}"
        raise DataError(str(path), cause, f"name a checkpoint of a {kind.title}")
    network = kind(kind.shape() if config is None else config, len(weights[kind.words_table]))
    besides = {own_name(name, kind.rules) for name in network.besides()}
    ignored = tuple(published[name] for name in weights if name in besides)
    kept = {name: value for name, value in weights.items() if name not in besides}
    check_names(path, kept, network.state_dict())
    network.load_state_dict(kept)
    return Official(network.eval(), tuple(published[name] for name in kept), ignored)


def official_weights(network: Network) -> dict[str, Tensor]:
    """Return a network's weights under InternNav's names, whose strict loading takes them."""
    own = {published_name(name, network.rules): value for name, value in network.state_dict().items()}
    return own | network.besides()
