import pytest
import torch

from vln_pipeline.models.navdp.diffusion import sampling_schedule, training_schedule
from vln_pipeline.models.navdp.policy_config import Sampler


def test_the_noise_schedule_is_the_published_one(small):
    schedule = training_schedule(small)
    expected = [0.97209, 0.89871, 0.78691, 0.64748, 0.49384, 0.34081, 0.20312, 0.09405, 0.02409, 0.00002]
    assert schedule.alphas_cumprod.tolist() == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("prediction", ["epsilon", "sample"])
@pytest.mark.parametrize(("sampler", "steps"), [(s, n) for s in Sampler for n in (1, 2, 3, 5, 10)])
def test_a_perfect_network_leads_to_the_clean_actions(small, sampler, steps, prediction):
    config = small.model_copy(update={"prediction": prediction})
    schedule = sampling_schedule(config, sampler, steps)
    draw = torch.Generator().manual_seed(0)
    clean = torch.rand((4, 6, 3), generator=draw) * 2 - 1
    actions = torch.randn((4, 6, 3), generator=draw)
    assert len(schedule.timesteps) == steps
    assert schedule.timesteps[0] == 9
    for step in schedule.timesteps:
        kept = schedule.alphas_cumprod[step]
        noise = (actions - kept.sqrt() * clean) / (1 - kept).sqrt()
        predicted = noise if prediction == "epsilon" else clean
        actions = schedule.step(predicted, step, actions, generator=draw, return_dict=False)[0]
    # From pure noise, the clean part is worth 0.005 of it: float32 carries that to three digits.
    assert (actions - clean).abs().max() < 2e-3


@pytest.mark.parametrize("sampler", list(Sampler))
def test_actions_stay_within_a_quarter_metre(small, sampler):
    schedule = sampling_schedule(small, sampler, 4)
    draw = torch.Generator().manual_seed(0)
    actions = torch.randn((4, 6, 3), generator=draw)
    for step in schedule.timesteps:
        wild = 5 * torch.randn(actions.shape, generator=draw)
        actions = schedule.step(wild, step, actions, generator=draw, return_dict=False)[0]
    assert actions.abs().max() <= 1 + 1e-5
