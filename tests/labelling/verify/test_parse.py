import pytest

from vln_pipeline.labelling.verify.parse import parse, same_thing
from vln_pipeline.labelling.verify.statements import Act

ROOMS = {"kitchen", "hallway", "living room", "dining room"}
THINGS = {"sofa", "coffee table", "tv stand", "lamp"}


def read(text):
    return parse(text, ROOMS, THINGS)


def test_our_own_grammar_is_read_statement_by_statement():
    text = (
        "You start in the kitchen. Walk out of the kitchen into the hallway, turn sharply left at the TV stand, then "
        "pass the lamp on your right and walk on for about three metres. There is a sofa ahead. Stop in front of it."
    )
    start, enter, turn, by, move, see, stop = read(text)
    assert (start.act, start.target) == (Act.START, "kitchen")
    assert (enter.act, enter.source, enter.target) == (Act.ENTER, "kitchen", "hallway")
    assert (turn.act, turn.side, turn.landmark, turn.where) == (Act.TURN, 1, "tv stand", "at")
    assert turn.turn[0] >= 75
    assert (by.act, by.side, by.landmark) == (Act.PASSED, -1, "lamp")
    assert (move.act, move.metres) == (Act.MOVE, 3.0)
    assert (see.act, see.landmark, see.where) == (Act.SEE, "sofa", "ahead")
    assert (stop.act, stop.landmark, stop.where) == (Act.STOP, "sofa", "before")


@pytest.mark.parametrize(
    ("text", "act", "fields"),
    [
        ("Steer to the right beside the sofa.", Act.TURN, {"side": -1, "landmark": "sofa"}),
        ("Turn gently right by the sofa.", Act.TURN, {"side": -1, "landmark": "sofa"}),
        ("Hook a right beside the sofa.", Act.TURN, {"side": -1, "landmark": "sofa"}),
        ("Stop right beside the sofa.", Act.STOP, {"side": 0, "landmark": "sofa", "where": "at"}),
        ("Cut right when you are near a lamp and into the kitchen.", Act.TURN, {"side": -1, "target": "kitchen"}),
        ("Turn left into the living room.", Act.TURN, {"side": 1, "target": "living room"}),
        ("Turn right and into the dining room.", Act.TURN, {"side": -1, "target": "dining room"}),
        ("Take a left out of the kitchen.", Act.TURN, {"side": 1, "source": "kitchen"}),
        ("Turn to your right so that you face the sofa.", Act.TURN, {"landmark": "sofa", "where": "ahead"}),
        ("Go about 2.5 meters in the direction of the couch.", Act.TOWARDS, {"metres": 2.5, "landmark": "sofa"}),
        ("Continue until you reach the coffee table.", Act.REACH, {"landmark": "coffee table"}),
        ("Follow the curve to the left into the hallway.", Act.CURVE, {"side": 1, "target": "hallway"}),
        ("Leave the kitchen for the dining room.", Act.ENTER, {"source": "kitchen", "target": "dining room"}),
        ("Exit the hallway.", Act.LEAVE, {"source": "hallway"}),
        ("Wait beside the lamp on your left.", Act.STOP, {"side": 1, "landmark": "lamp", "where": "at"}),
        ("Stop with the lamp on your left and the sofa on your right.", Act.STOP, {"side": 1, "other": "sofa"}),
        ("If you reach the lamp, you have gone too far.", Act.BEYOND, {"landmark": "lamp"}),
        ("Walk into the garage.", Act.ENTER, {"target": "garage"}),
        ("Go forward ten feet.", Act.MOVE, {"metres": 3.05}),
        ("Stop in the living room.", Act.STOP, {"target": "living room", "landmark": ""}),
    ],
)
def test_one_statement(text, act, fields):
    (statement,) = read(text)
    assert statement.act == act
    assert {key: getattr(statement, key) for key in fields} == fields


def test_a_persons_sentence_is_read_as_far_as_it_goes():
    text = "Hey! Go past the couch and hang a bit, then make a left turn at the lamp. Wait by the coffee table, thanks."
    assert [s.act for s in read(text)] == [Act.PASSED, Act.TURN, Act.STOP]


def test_two_things_that_are_said_to_lie_on_one_side_are_two_statements():
    """A stop between two things, said to lie on the same side, was read as about the first thing alone, and passed."""
    stops = read("Stop with the lamp on your left and the sofa on your left.")
    assert [(s.act, s.side, s.landmark) for s in stops] == [(Act.STOP, 1, "lamp"), (Act.STOP, 1, "sofa")]


def test_the_name_of_a_thing_is_no_verb():
    """In "walk past the TV stand", "stand" was once read as an order to stop."""
    assert [s.act for s in read("Walk past the TV stand on your left.")] == [Act.PASSED]


def test_what_says_nothing_gives_no_statement():
    assert read("Lorem ipsum dolor sit amet.") == ()


def test_a_general_word_is_understood_of_a_special_thing():
    assert same_thing("table", "coffee table")
    assert not same_thing("coffee table", "dining table")


def test_who_is_told_to_hold_it_stops_at_nothing():
    """ "Pass the sofa. Hold it there" was read as a stop at the sofa, since "it" may stand for what was named last."""
    *_, stop = read("Pass the sofa on your left. Hold it there.")
    assert (stop.act, stop.landmark) == (Act.STOP, "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Don\u2019t go into the kitchen. Stop by the sofa.", [(Act.STOP, {"landmark": "sofa"})]),
        ("Walk to the sofa, not into the kitchen.", [(Act.MOVE, {"metres": None})]),
        (
            "Head toward the sofa but stop before you reach the lamp.",
            [(Act.TOWARDS, {"landmark": "sofa"}), (Act.STOP, {"landmark": "lamp"})],
        ),
        ("Go left, then you'll find yourself in the kitchen.", [(Act.TURN, {"side": 1})]),
        ("Turn left. Now you are in the kitchen.", [(Act.TURN, {"side": 1})]),
        ("You are in the kitchen. Turn left.", [(Act.START, {"target": "kitchen"}), (Act.TURN, {"side": 1})]),
        ("Stop right at the sofa.", [(Act.STOP, {"side": 0, "where": "at"})]),
        ("Stop to the left of the sofa.", [(Act.STOP, {"side": 0})]),
        ("Turn left until you see the sofa.", [(Act.TURN, {"landmark": "sofa", "where": "ahead"})]),
        ("Turn right by about 20 degrees.", [(Act.TURN, {"turn": (20.0, 65.0)})]),
        ("Turn left by about 160 degrees.", [(Act.TURN, {"turn": (88.0, 232.0)})]),
        ("Turn 180 degrees.", [(Act.TURN, {"side": 0})]),
        ("Walk 3m forward.", [(Act.MOVE, {"metres": 3.0})]),
        ("Walk 1/2 metre forward.", [(Act.MOVE, {"metres": None})]),
        ("Once you are in the kitchen, turn left.", [(Act.TURN, {"side": 1})]),
        ("When you see the sofa on your left, turn right.", [(Act.TURN, {"side": -1, "landmark": ""})]),
        (
            "Turn left and, after you pass the sofa, turn right.",
            [(Act.TURN, {"side": 1, "landmark": ""}), (Act.PASSED, {"landmark": "sofa"}), (Act.TURN, {"side": -1})],
        ),
    ],
)
def test_what_people_and_models_say_is_not_read_as_its_opposite(text, told):
    """What one shall not do was read as an order, "Now you are in the kitchen" as the place where the walk begins, and
    160 degrees as a turn of at most 140. True words of people and models were called contradicted, and sent back."""
    statements = read(text)
    assert [s.act for s in statements] == [act for act, _ in told]
    for statement, (_, fields) in zip(statements, told, strict=True):
        assert {key: getattr(statement, key) for key in fields} == fields


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Gehen Sie geradeaus, biegen Sie dann links in die K\u00fcche ab und bleiben Sie am Sofa stehen.",
            [
                (Act.MOVE, {"metres": None}),
                (Act.TURN, {"side": 1, "target": "kitchen"}),
                (Act.STOP, {"side": 0, "landmark": "sofa", "where": "at"}),
            ],
        ),
        ("Dreh dich um.", [(Act.TURN, {"side": 0, "turn": (100.0, 181.0)})]),
        ("Dreh dich um 90 Grad nach rechts.", [(Act.TURN, {"side": -1, "turn": (45.0, 135.0)})]),
        ("Geh nicht in die K\u00fcche.", [(Act.MOVE, {"metres": None})]),
        ("Warte am Sofa.", [(Act.STOP, {"landmark": "sofa", "where": "at"})]),
    ],
)
def test_what_people_say_in_german_is_read(text, told):
    """An instruction in the polite form was read as one stop, at the side of the turn in it."""
    statements = parse(text, ROOMS, THINGS, "de")
    assert [s.act for s in statements] == [act for act, _ in told]
    for statement, (_, fields) in zip(statements, told, strict=True):
        assert {key: getattr(statement, key) for key in fields} == fields


@pytest.mark.parametrize("name", ["sofa (grey)", 'chair "billy"', "IKEA shelf", "b\u00fccherregal", "chair #2"])
def test_a_thing_of_any_name_is_found(name):
    """A category that ends with a bracket or has a capital was never found in the words that name it, so that every
    wording with it was lost."""
    (statement,) = parse(f"Stop in front of the {name}.", ROOMS, {name})
    assert (statement.act, statement.landmark) == (Act.STOP, name)
