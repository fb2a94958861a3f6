from types import SimpleNamespace

import pytest
from wide_room import episode

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.streamvln import StreamVlnAgent
from vln_pipeline.evaluation.vln.rollout import drive
from vln_pipeline.planning.trajectory import Action

F, L, R = Action.FORWARD, Action.LEFT, Action.RIGHT


class Scripted:
    """A stream that says one text after the other, the last one again and again."""

    def __init__(self, *texts, window=32, pruning=None):
        self.texts, self.window, self.pruning = list(texts), window, pruning
        self.seen, self.asked, self.instructions = [], [], []

    def begin(self, instruction):
        self.instructions.append(instruction)
        self.step = -1

    @property
    def room(self):
        return min(4, self.window - self.step % self.window)

    def watch(self, glimpse):
        self.step += 1
        self.seen.append(glimpse)

    def answer(self):
        self.asked.append(self.step)
        return SimpleNamespace(text=self.texts.pop(0) if len(self.texts) > 1 else self.texts[0])


def run(open_room, stream):
    world, rules = open_room()
    return drive(world, "wide_room", episode(), "agent", StreamVlnAgent(stream), rules, 7)


def test_it_is_asked_whenever_no_action_is_left_and_sees_every_frame(open_room):
    stream = Scripted("↑↑↑↑", "←→", "↑STOP↑")
    driven = run(open_room, stream)
    assert driven.actions.tolist() == [F, F, F, F, L, R, F]
    assert driven.stopped
    assert stream.asked == [0, 4, 6]
    assert len(stream.seen) == 8
    assert stream.instructions == ["Go straight to the far wall."]
    assert [(call.model, call.step, call.said) for call in driven.calls] == [
        ("streamvln", 0, ("↑↑↑↑",)),
        ("streamvln", 4, ("←→",)),
        ("streamvln", 6, ("↑STOP↑",)),
    ]


def test_more_actions_than_a_turn_has_are_not_done(open_room):
    stream = Scripted("←←←←←←←", "STOP")
    assert run(open_room, stream).actions.tolist() == [L] * 4


def test_no_action_goes_beyond_the_window(open_room):
    """Upstream went on with what was left of the last answer, and then asked without the memory that it announced."""
    stream = Scripted("←←←", "←←←", "→→→→", "STOP", window=8)
    assert run(open_room, stream).actions.tolist() == [L] * 6 + [R] * 2
    assert stream.asked == [0, 3, 6, 8]


@pytest.mark.parametrize("text", ["", "I do not know", "132 240", "↓"])
def test_an_answer_without_any_action_is_a_stop(open_room, text):
    driven = run(open_room, Scripted(text))
    assert driven.actions.size == 0
    assert driven.stopped


def test_depth_is_looked_at_for_pruning_only(open_room):
    plain, pruning = Scripted("STOP"), Scripted("STOP", pruning=object())
    for stream in (plain, pruning):
        run(open_room, stream)
    assert plain.seen[0].rgb.shape[2] == 3
    assert StreamVlnAgent(plain).depth is False
    assert StreamVlnAgent(pruning).depth is True
    assert pruning.seen[0].depth.size


def test_an_episode_without_depth_is_told(open_room):
    from vln_pipeline.models.streamvln.config import PruningConfig, StreamVlnConfig
    from vln_pipeline.models.streamvln.load import load
    from vln_pipeline.models.streamvln.stream import Stream

    agent = StreamVlnAgent(Stream(load(StreamVlnConfig()), PruningConfig()))
    agent.depth, agent.rgb = False, True  # a camera without depth

    world, rules = open_room()
    seen = drive_without_depth(world)
    with pytest.raises(DataError, match="has no depth image, and pruning needs one"):
        drive(seen, "wide_room", episode(), "agent", agent, rules, 7)


def drive_without_depth(world):
    """Return a world whose cameras see no depth."""
    import numpy as np

    from vln_pipeline.evaluation.world.world import View

    look = world.render
    world.render = lambda *given, **named: View(np.zeros((0, 0), np.float32), look(*given, **named).rgb)
    return world
