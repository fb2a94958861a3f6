"""What the single systems learn where an agent drove and an expert told what it would have done."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from drawn_walks import config, samples
from torch.nn.functional import one_hot

from vln_pipeline.models.single_system.observation import Steps
from vln_pipeline.models.single_system.words import open_words
from vln_pipeline.training.rdp.objective import RdpObjective, as_advised
from vln_pipeline.training.sequence_batch import collate
from vln_pipeline.training.single_system.action_objective import ActionObjective

DRIVEN, EXPERT = [1, 2, 2, 1, 1, 3, 1, 0], [1, 1, 3, 3, 1, 3, 1, 0]


@pytest.fixture(scope="module")
def batch():
    """Return a roll-out, and a walk after it."""
    walks = samples(open_words(config("cma").words), 2)
    changes = {"actions": torch.tensor(DRIVEN).numpy(), "expert_actions": torch.tensor(EXPERT).numpy()}
    return collate([replace(walks[0], **changes), walks[1]])


class Saying(torch.nn.Module):
    """Says given actions, all but surely, and keeps what it is told of the actions before."""

    def __init__(self, actions):
        super().__init__()
        self.logits = 20.0 * one_hot(actions, 4)

    def forward(self, _frames, _lengths, _tokens, previous):
        self.previous = previous
        return Steps(self.logits, torch.zeros(len(self.logits)), torch.zeros(0))


def test_the_expert_s_action_is_learned_after_the_action_that_was_driven(batch):
    """CMA learned from roll-outs to repeat the mistakes in them: the action driven was the one to learn."""
    objective = ActionObjective(config("cma"), torch.device("cpu"))
    wise = Saying(batch.expert_actions)
    told = objective(wise, batch)
    assert told["action_accuracy"] == 1
    assert told["action_loss"] < 1e-6
    assert wise.previous[:8].tolist() == [0, *(action + 1 for action in DRIVEN[:-1])]
    assert objective(Saying(batch.actions), batch)["action_accuracy"] == (5 + 8) / 16


def test_turns_of_the_expert_weigh_more_not_those_of_the_robot(batch):
    """A step weighed 3.2 times as much where the driven action changed. VLN-CE looks at the expert's."""
    told = ActionObjective(config("cma"), torch.device("cpu"))
    weights = torch.tensor([3.2, 1, 3.2, 1, 3.2, 3.2, 3.2, 3.2])
    for step in range(8):
        said = batch.expert_actions.clone()
        said[step] = (said[step] + 1) % 4
        loss = told(Saying(said), batch)["action_loss"]
        assert loss == pytest.approx(float(20 * weights[step] / weights.sum() / 2), rel=1e-3)


def test_rdp_does_not_learn_the_moves_of_a_mistake(batch):
    """Moves come from where the robot drove: those of a roll-out were taught with its mistakes."""
    expected = [False] * 4 + [True] * 4 + [True] * 8
    assert as_advised(batch, 4).tolist() == expected
    assert (
        as_advised(batch, 1).tolist()
        == [*(done == told for done, told in zip(DRIVEN, EXPERT, strict=True))] + [True] * 8
    )
    given = config("rdp")
    moment = SimpleNamespace(progress=torch.zeros(16), done=torch.zeros(16))
    wrong = torch.zeros(16, 1, 1)

    def says(_frames, _lengths, _tokens, _moved, noisy, *_):
        return noisy + wrong, moment

    losses = []
    for size in (0.0, 100.0):
        wrong[:4] = size
        torch.manual_seed(0)
        losses.append(RdpObjective(given.network, given.losses, torch.device("cpu"))(says, batch)["denoising"])
    assert losses[0] == losses[1]
