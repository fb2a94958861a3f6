import pytest
import torch
from planned_paths import BASE, samples

from vln_pipeline.models.system2.latents import latent_plans
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.objective import JointObjective, path_error
from vln_pipeline.training.joint.plans import plans_of
from vln_pipeline.training.joint.start import fresh_network, frozen_system2
from vln_pipeline.training.joint_batch import collate

torch.set_num_threads(1)
KINDS = ("nextdit_async", "nextdit", "navdp_async")


@pytest.fixture(scope="module")
def parts():
    return frozen_system2(BASE, None)


@pytest.fixture(scope="module")
def given(parts):
    return samples(parts, BASE, 3)


def config(kind):
    return TrainJointConfig.model_validate(BASE.model_dump() | {"model": BASE.model.model_dump() | {"system1": kind}})


def test_plans_and_their_gradients_are_those_of_one_whole_pass(parts, given):
    conversations = [sample.encoded for sample in given]
    weights = torch.randn(3, 4, 64)
    results = []
    for read in (plans_of, latent_plans):
        torch.manual_seed(0)
        queries = torch.randn(4, 64, requires_grad=True)
        plans = read(parts.model, conversations, queries)
        (plans * weights).sum().backward()
        results.append((plans.detach(), queries.grad))
    for ours, theirs in zip(*results, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-4)
    assert results[0][1].abs().max() > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_reach_the_latent_queries_and_nothing_of_system2(parts, given, kind):
    torch.manual_seed(0)
    network, _ = fresh_network(config(kind), 64, None)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    JointObjective(parts.model, torch.device("cpu"))(network.train(), collate(given))["loss"].backward()
    assert network.latent_queries.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in parts.model.parameters())
    trained = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    assert all(network.get_parameter(name).grad is not None for name in trained)


def test_each_frame_follows_the_plan_of_its_own_conversation(parts, given):
    seen = {}

    class Recorder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.latent_queries = torch.nn.Parameter(torch.randn(1, 4, 64))

        def forward(self, plans, actions, images, depths, origins):
            seen.update(plans=plans, images=images, origins=origins)
            return actions.square().mean(dim=(1, 2))

    recorder, batch = Recorder().train(), collate(given)
    loss = JointObjective(parts.model, torch.device("cpu"))(recorder, batch)["loss"]
    expected = torch.cat(
        [
            plans_of(parts.model, [one.encoded], recorder.latent_queries[0]).expand(len(one.actions), -1, -1)
            for one in given
        ]
    )
    assert torch.allclose(seen["plans"], expected, atol=1e-5)
    assert seen["images"].max() <= 1
    # What the published training does: fill up to the longest way, then count nothing of what was filled.
    longest = max(len(one.actions) for one in given)
    filled = torch.zeros(len(given), longest, 8, 3)
    mask = torch.zeros(len(given), longest)
    for number, one in enumerate(given):
        filled[number, : len(one.actions)] = torch.from_numpy(one.actions)
        mask[number, : len(one.actions)] = 1
    masked = (filled.square() * mask[..., None, None]).sum() / mask.sum() / 24
    assert float(loss) == pytest.approx(float(masked), rel=1e-6)


def test_path_errors_are_distances_in_metres():
    actions = torch.zeros(2, 4, 3)
    actions[..., 0] = 0.4
    drawn = actions.clone()
    drawn[1, 0, 1] = 0.8  # 0.2 m to the left from the first waypoint on
    drawn[0, :, 2] = 3.0
    assert path_error(drawn, actions).tolist() == pytest.approx([0.0, 0.2], abs=1e-6)
