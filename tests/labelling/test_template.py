import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from drawn_footage import box, film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import label_footage, open_walk, room_labels
from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.plan import plan_leg
from vln_pipeline.labelling.remarks import plan_remarks
from vln_pipeline.labelling.route import follow
from vln_pipeline.labelling.steps import Concept, Step, join_legs, spare
from vln_pipeline.labelling.template import TemplateLabeller
from vln_pipeline.labelling.verify.config import VerifyConfig

CONFIG = LabellingConfig(variants=4, verify=VerifyConfig(enabled=False))  # its own tests follow the words

STOPS = r"\b(stop|wait|halt|pause|stand|finish|park|settle|end|hold|rest|remain|linger|freeze|conclude|stay|yourself)"


def texts(labels):
    for clip in labels.clips:
        yield clip.sub_instruction
        yield clip.revised_sub_instruction
    yield labels.sum_instruction
    yield from labels.variants


def label(home, seed=0, config=CONFIG):
    scene, nav, walks, footage = home
    (labels,) = label_footage(scene.rooms, lambda: scene, nav, walks, footage, config, footage.directory, seed).kept
    return labels


def swapped(text):
    return re.sub(r"\b(left|right)\b", lambda m: {"left": "right", "right": "left"}[m[0]], text)


@pytest.mark.parametrize("seed", range(20))
def test_a_chair_at_left_is_said_left_and_a_left_turn_left(left_home, seed):
    first, second = label(left_home, seed).clips
    for text in (first.sub_instruction, first.revised_sub_instruction):
        assert re.search(r"(arm|easy )chair[^,.]* (on|to) (your|the) left", text)
        assert re.search("desk (on|to) (your|the) right", text) or "desk" not in text
    for text in (second.sub_instruction, second.revised_sub_instruction):
        assert "left" in text
        assert "right" not in text.replace("right in front", "")


@pytest.mark.parametrize("seed", range(10))
def test_a_mirrored_home_gives_mirrored_words(left_home, right_home, seed):
    left, right = (
        [t.replace("right in front", "just in front") for t in texts(label(home, seed))]
        for home in (left_home, right_home)
    )
    assert [swapped(t) for t in left] == right
    assert left != right


def test_the_same_seed_gives_the_same_words_and_another_gives_others(left_home):
    assert label(left_home, 3) == label(left_home, 3)
    assert label(left_home, 3) != label(left_home, 4)


def test_each_clip_names_only_what_its_frames_show(left_home):
    scene, nav, (trajectory,), footage = left_home
    walk = open_walk(trajectory, nav, room_labels(scene.rooms), footage, CONFIG)
    for seed in range(10):
        for clip in label(left_home, seed).clips:
            frames = range(clip.start, clip.end + 1)
            visible = {walk.film.instances.get(i) for f in frames for i in np.unique(walk.film.ids("instance", f))}
            hidden = {"armchair", "desk", "sofa", "plant"} - visible
            words = clip.sub_instruction + clip.revised_sub_instruction
            assert not [thing for thing in hidden if thing in words]


def test_a_thing_behind_a_wall_is_never_named(tmp_path):
    path, yaw = legs(3.0)
    walk = walk_of(path[::3], yaw[::3])
    hiding = ("wall", (2.0, 0.8, 1.3), (4.0, 0.1, 2.6))
    scene, nav = flat()
    footage = film(tmp_path, [hiding, box("piano", 2.0, 1.6), box("lamp", 2.0, -1.2)], [walk])
    words = " ".join(texts(label((scene, nav, (walk,), footage))))
    assert "lamp" in words
    assert "piano" not in words
    assert "wall" not in words


def test_the_building_itself_is_no_landmark(left_home):
    words = " ".join(texts(label(left_home)))
    assert not re.search(r"\b(floor|ceiling|wall|void)\b", words)


def test_clips_cover_the_walk_and_the_summary_spans_it(left_home):
    labels, frames = label(left_home), len(left_home[2][0].path)
    assert [f for c in labels.clips for f in range(c.start, c.end + 1)] == list(range(frames))
    assert labels.sum_indexes == (0, frames - 1)
    assert len(labels.variants) == 4
    assert len({labels.sum_instruction, *labels.variants}) == 5


def test_every_wording_says_the_turn_the_rooms_and_the_stop(left_home):
    for seed in range(10):
        labels = label(left_home, seed)
        for text in (labels.sum_instruction, *labels.variants):
            assert "left" in text
            assert re.search("hall|corridor|passage", text)
            assert re.search(STOPS, text, re.IGNORECASE)


@pytest.mark.parametrize("seed", range(30))
def test_sentences_are_well_formed(left_home, seed):
    for text in texts(label(left_home, seed)):
        assert re.fullmatch(r"([A-Z][^.{}]*\.)( [A-Z][^.{}]*\.)*", text), text
        assert "  " not in text
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|,,|\bthe the\b|, and and|then then", text), text


def test_an_unlabelled_room_has_no_name(left_home):
    scene, nav, walks, footage = left_home
    anonymous = replace(scene, rooms=tuple(replace(room, label="other") for room in scene.rooms))
    words = " ".join(texts(label((anonymous, nav, walks, footage))))
    assert not re.search("other|hallway|bedroom|room", words)


def test_an_empty_floor_still_gives_turns_and_distances(tmp_path):
    path, yaw = legs(3.0, (0.4, -90.0), 2.0)
    walk = walk_of(path[::3], yaw[::3])
    scene, nav = flat()
    labels = label((scene, nav, (walk,), film(tmp_path, [], [walk])))
    first, second = labels.clips
    assert re.search("three metres|three yards|four steps|four paces|ten feet", first.sub_instruction)
    assert "right" in second.sub_instruction
    assert re.search(STOPS, second.sub_instruction, re.IGNORECASE)


def test_phrases_mix_the_concepts_like_navcon(tmp_path):
    rng = np.random.default_rng(0)
    kinds = ("armchair", "desk", "plant", "sofa", "lamp", "bookshelf", "table", "piano", "sink", "oven")
    concepts = Counter()
    rooms = (("bedroom", -20, -3), ("hallway", -3, 2), ("kitchen", 2, 6), ("living room", 6, 20))
    scene, nav = flat(rooms)
    nouns = load_phrasebook().nouns
    for number in range(6):
        parts = [p for _ in range(3) for p in (rng.uniform(1.5, 4), (0.4, rng.choice([-90, -60, 60, 90])))]
        path, yaw = legs(*parts, 2.0)
        walk = walk_of(path[::10], yaw[::10], number)
        beside = [
            box(kinds[i], *(path[at, :2] + 1.3 * side * np.array([-np.sin(yaw[at]), np.cos(yaw[at])])))
            for i, (at, side) in enumerate(zip(rng.integers(0, len(path), 8), rng.choice([-1, 1], 8), strict=True))
        ]
        footage = film(tmp_path / str(number), beside, [walk])
        route = follow(open_walk(walk, nav, room_labels(scene.rooms), footage, CONFIG), CONFIG.landmarks, nouns)
        plans = plan_remarks(route, [plan_leg(leg, nouns, detailed=True) for leg in route])
        concepts.update(step.concept.value for plan in plans for step in plan)
    shares = {concept: count / concepts.total() for concept, count in concepts.items()}
    expected = {"move": 0.42, "situate": 0.28, "direction": 0.22, "region": 0.09}
    assert shares == pytest.approx(expected, abs=0.1), shares


def test_words_that_do_not_lead_there_are_told_once_more_in_full(left_home):
    """A walk was left out when none of three short wordings led there, although a longer one would have."""
    scene, nav, (walk,), footage = left_home

    class Doubting:
        """Keeps nothing, as a follower who is lost."""

        def __init__(self):
            self.told = []

        def judged(self, walk, labels, *, complete):
            self.told.append([labels.sum_instruction, *labels.variants])
            return labels

        def keeps(self, labels):
            return False

    doubting, opened = Doubting(), open_walk(walk, nav, room_labels(scene), footage, CONFIG)
    labels = TemplateLabeller(CONFIG, 0).label(opened, doubting)
    first, again = doubting.told
    assert labels.sum_instruction == again[0]
    assert first != again


def test_the_shortest_wordings_do_not_repeat_the_room_that_one_is_in():
    """ "Leave the hall for the kitchen, leave the kitchen for the bath" made even the shortest wording of a walk
    through rooms longer than most of people's."""

    def change(source, target):
        return Step(Concept.REGION, 0, ("cross",), {"source": Named(source), "target": Named(target)})

    stop = Step(Concept.MOVE, 0, ("stop",))
    first, second = change("hall", "kitchen"), change("kitchen", "bath")
    entering = Step(Concept.REGION, 0, ("enter",), {"target": Named("bath")})
    assert spare([[first], [second, stop]]) == [[first], [entering, stop]]

    out = Step(Concept.REGION, 0, ("leave",), {"source": Named("kitchen")})
    assert spare([[first], [out], [second, stop]]) == [[first], [out], [second, stop]]


def test_distances_count_from_what_is_told_not_from_what_is_spared(tmp_path):
    """The shortest wordings left out what is passed, but told the way from there on: a metre short of the goal."""
    path, yaw = legs(5.0)
    walk = walk_of(path[::3], yaw[::3])
    _, nav = flat()
    footage = film(tmp_path, [box("sofa", 1.5, 1.2)], [walk])
    opened = open_walk(walk, nav, (), footage, CONFIG)
    nouns = load_phrasebook().nouns
    short = [plan_leg(leg, nouns, detailed=False) for leg in follow(opened, CONFIG.landmarks, nouns)]
    assert "pass" in {step.keys[0] for plan in short for step in plan}
    spared = join_legs(spare(short), opened.walked)
    assert [step.keys[0] for step in spared] == ["straight", "stop"]
    assert spared[0].metres == pytest.approx(5.0, abs=0.1)
