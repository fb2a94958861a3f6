import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.models.system2.answer import (
    LookDown,
    Moves,
    PixelGoal,
    Stop,
    Unparsable,
    goal_at,
    goal_text,
    moves_text,
    parse,
)
from vln_pipeline.planning.trajectory import Action

SIZE = (640, 480)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("132 240", PixelGoal(132, 240)),
        ("go to (12, 34), 56", PixelGoal(12, 34)),
        ("0 479", PixelGoal(0, 479)),
        ("↓", LookDown()),
        ("↓←", LookDown()),
        ("STOP", Stop()),
        ("STOP←", Stop()),
        ("←←→", Moves((Action.LEFT, Action.LEFT, Action.RIGHT))),
        ("←STOP→", Moves((Action.LEFT, Action.STOP))),
        ("→↓", Moves((Action.RIGHT,))),
        ("↑", Moves((Action.FORWARD,))),
    ],
)
def test_answers_mean_what_the_grammar_says(text, meaning):
    assert parse(text, SIZE) == meaning


@pytest.mark.parametrize("text", ["", "turn around", "stop", "132", "640 0", "0 480", "9999999999999999999999 1"])
def test_what_cannot_be_acted_upon_is_told_with_its_cause(text):
    answer = parse(text, SIZE)
    assert isinstance(answer, Unparsable)
    assert answer.text == text
    assert answer.cause


@given(st.text())
def test_no_text_raises(text):
    assert parse(text, SIZE) is not None


@given(st.text(alphabet="STOP↑←→↓ 0123456789٣"))
def test_no_text_of_the_grammars_signs_raises(text):
    parse(text, SIZE)


@given(st.integers(0, 639), st.integers(0, 479))
def test_goals_survive_being_said(column, row):
    assert parse(goal_text(PixelGoal(column, row)), SIZE) == PixelGoal(column, row)
    assert goal_at((column, row), SIZE, SIZE) == PixelGoal(column, row)
    assert PixelGoal(column, row).within(SIZE, SIZE) == pytest.approx((column, row))


def test_goals_of_smaller_views_are_scaled_about_the_pixels_borders():
    assert goal_at((0, 0), (320, 240), SIZE) == PixelGoal(0, 0)
    assert goal_at((319, 239), (320, 240), SIZE) == PixelGoal(638, 478)
    assert PixelGoal(0, 0).within(SIZE, (320, 240)) == pytest.approx((-0.25, -0.25))
    assert goal_at((700, -5), SIZE, SIZE) == PixelGoal(639, 0)


def test_moves_survive_being_said():
    actions = (Action.LEFT, Action.LEFT, Action.STOP)
    assert parse(moves_text(actions), SIZE) == Moves(actions)
    assert moves_text((Action.STOP,)) == "STOP"
