"""Roll-outs with an expert beside the agent, and what becomes of them."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from kedro.io.core import Version
from wide_room import Listed, episode, wide_room

from vln_pipeline.datasets.item import Task
from vln_pipeline.datasets.item_store import ItemStore
from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.agent import Follow
from vln_pipeline.evaluation.vln.dagger import archive
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig, RollOutConfig
from vln_pipeline.evaluation.vln.dagger.roll_out import roll_out, roll_out_scene
from vln_pipeline.evaluation.vln.dagger.walks import walk_id, walks_of, words_of
from vln_pipeline.evaluation.vln.episode import DEFINITION, EpisodeSet
from vln_pipeline.labelling.labels import LabelledWalks, Labels
from vln_pipeline.pipelines.dagger import filming, nodes
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Action, Trajectory
from vln_pipeline.training.sequence_data.config import SequenceDataConfig
from vln_pipeline.training.sequence_data.walk_list import read_walks
from vln_pipeline.training.system2_batch import SampleKind
from vln_pipeline.training.system2_data.config import RecordingConfig, System2DataConfig
from vln_pipeline.training.system2_data.enumeration import moments
from vln_pipeline.training.system2_data.episode import Episode as TaughtEpisode
from vln_pipeline.training.system2_data.open_scene import open_scene

STOP, F, L, R = Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT
RUN = "2026-01-01T00.00.00.000Z"
ASTRAY = [L, L, L, *[F] * 40]
"""Leaves the way to the left by 45 degrees."""
PATIENT = {"mismatch_share": 100.0, "way": "shortest"}
"""The expert waits for the thirteenth mistake, and then drives to the goal."""


def config(**expert):
    return RollOutConfig.model_validate({"drive": {"scale": 0.1}, "expert": expert})


def rolled(open_room, commands, asked=None, seed=7, **expert):
    world, _ = open_room()
    return roll_out(world, "wide_room", asked or episode(), "agent", Listed(commands), config(**expert), seed)


def test_the_expert_brings_back_an_agent_that_goes_astray(open_room):
    one = rolled(open_room, ASTRAY, **PATIENT)
    assert one.actions[:12].tolist() == [L] * 3 + [F] * 9
    assert one.overruled.tolist() == [False] * 12 + [True] * (len(one.actions) - 12)
    # Straight on at first; then it would turn back at every step that the agent drives on.
    assert one.advice[0] == F
    assert one.advice[3:12].tolist() == [R] * 9
    assert np.array_equal(one.actions[12:], one.advice[12:-1])
    assert one.advice[-1] == STOP
    assert one.remaining < 0.5
    assert one.reason == ""
    assert len(one.poses) == len(one.actions) + 1 == len(one.advice)


def test_by_default_less_than_that_is_enough(open_room):
    """StreamVLN's share of 0.8: with six actions from one waypoint to the next, the fifth mistake."""
    one = rolled(open_room, ASTRAY)
    assert one.overruled.tolist()[:6] == [False] * 4 + [True] * 2


def test_an_agent_that_stops_far_from_the_goal_is_overruled(open_room):
    one = rolled(open_room, [])
    assert one.overruled.all()
    assert one.remaining < 0.5
    assert one.reason == "goes hardly any way that the shortest does not"


def test_an_agent_that_has_stopped_is_not_asked_again(open_room):
    """A baseline that had stopped far from the goal was asked for another action, and had none."""
    world, _ = open_room()
    agent = Listed([STOP])
    roll_out(world, "wide_room", episode(), "agent", agent, config(), 7)
    assert len(agent.seen) == 1


def test_an_agent_that_stops_near_the_goal_has_stopped(open_room):
    one = rolled(open_room, [F] * 10)
    assert one.actions.tolist() == [F] * 10
    assert not one.overruled.any()
    assert one.reason == "does not end at the goal"


@pytest.mark.parametrize(("beta", "number", "share"), [(1.0, 3, 1.0), (0.0, 1, 0.0), (0.5, 1, 0.5), (0.5, 8, 0.0)])
def test_the_expert_acts_with_a_probability_that_falls_by_rounds(open_room, beta, number, share):
    one = rolled(open_room, [F] * 19, beta=beta, round=number, mismatch_share=1e9, mismatches=10**6)
    assert one.overruled.mean() == pytest.approx(share, abs=0.3)
    assert share != 1 or one.overruled.all()
    again = rolled(open_room, [F] * 19, beta=beta, round=number, mismatch_share=1e9, mismatches=10**6)
    assert np.array_equal(one.poses, again.poses)


def test_a_step_that_moves_nothing_is_no_step_of_the_walk(open_room):
    """Poses of the exported dialect tell forward actions from turns, so its validation refused a step into a wall."""
    south = episode((1.0, 1.0), -np.pi / 2)
    one = rolled(open_room, [F] * 30, south, mismatch_share=1e9, mismatches=10)
    moved = np.linalg.norm(np.diff(one.poses[:, :2], axis=0), axis=1) > 1e-3
    assert np.array_equal(moved, one.actions == F)
    assert one.actions[:4].tolist() == [F] * 4
    assert one.actions[4] in (L, R)


def test_paths_are_refused(open_room):
    with pytest.raises(DataError, match=r"set dagger.agents.dual.motion to discrete"):
        rolled(open_room, [Follow(np.ones((3, 2)), np.zeros(3))])


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"agents": {"trained": ["dual"], "dual": {"motion": "continuous"}}}, "has to be discrete"),
        ({"export": {"dialects": ["vln_n1"]}}, "has to be"),
        ({"export": {"dialects": ["vln_ce"], "vln_ce": {"tell_first_turn": True}}}, "tell that turn already"),
        ({"expert": {"beta": 1.5}}, "beta"),
    ],
)
def test_a_wrong_parameter_is_told(changes, cause):
    with pytest.raises(ValueError, match=cause):
        DaggerConfig.model_validate(changes)


def test_roll_outs_come_back_and_those_kept_are_walks(open_room, tmp_path):
    world, _ = open_room()
    nowhere = episode(way=((20.0, 1.0),), name="walk_09")
    asked = EpisodeSet("wide_room", DEFINITION, (episode(), nowhere))
    made = roll_out_scene(world, asked, "two.seeds", Listed(ASTRAY), config(**PATIENT), 7)
    assert made.unreachable == ("walk_09",)
    archive.write(made, tmp_path)
    back = archive.read(tmp_path)
    assert (back.scene, back.agent, back.unreachable) == (made.scene, made.agent, made.unreachable)
    for name in ("poses", "actions", "advice", "overruled"):
        assert np.array_equal(getattr(back.rolled[0], name), getattr(made.rolled[0], name))
    plans = walks_of(back, wide_room()[1])
    assert plans.rejected == {"no way leads to the goal": 1}
    (walk,) = plans.trajectories
    assert walk.id == walk_id(back.rolled[0], back.agent) == "walk_00_two-seeds"
    assert np.array_equal(walk.actions, back.rolled[0].actions)
    assert (walk.clearance > 0).all()
    assert words_of(back.rolled[0], walk).sum_instruction == "Go straight to the far wall."
    (tmp_path / "roll_outs.json").write_text("[]")
    with pytest.raises(DataError, match="run dagger again"):
        archive.read(tmp_path)


def taught(actions, advice, ahead):
    """Return what a walk teaches, frame by frame; its last frame is a stop."""
    count = len(actions)
    goals = np.where(np.array(ahead)[:, None] >= 0, 5, -1) * np.ones((1, 2), int)
    told = None if advice is None else np.array(advice)
    walk = TaughtEpisode(0, "walk", ("Go.",), np.array(actions), goals, np.array(ahead), (64, 48), told)
    assert count == len(ahead)
    config = System2DataConfig(sample_step=1, min_goal_ahead=2)
    return {m.frame: m.moves or m.ahead for m in moments(walk, config) if m.kind is not SampleKind.STOP}


def test_a_roll_out_teaches_what_the_expert_would_have_done():
    """A mistake is no lesson: neither its turns nor a goal on the way that it led to."""
    actions = [L, L, F, F, F, R, R, F, F, F, STOP]
    ahead = [-1, -1, 3, -1, -1, -1, -1, 3, 2, -1, -1]
    assert taught(actions, None, ahead) == {0: "←←", 1: "←", 2: 3, 5: "→→", 6: "→", 7: 3, 8: 2}
    expert = [F, R, R, R, R, R, R, F, F, F, STOP]
    assert taught(actions, expert, ahead) == {1: "→", 2: "→", 3: "→", 4: "→", 5: "→→", 6: "→", 7: 3, 8: 2}
    assert taught(actions, actions, ahead) == taught(actions, None, ahead)


ARCHIVES = {
    "scenes": "vln_pipeline.scenes.archive",
    "esdf": "vln_pipeline.planning.map_archive",
    "trajectories": "vln_pipeline.planning.trajectory_archive",
    "labels": "vln_pipeline.labelling.archive",
    "episodes": "vln_pipeline.evaluation.vln.episodes_archive",
    "roll_outs": "vln_pipeline.evaluation.vln.dagger.archive",
    "walks": "vln_pipeline.planning.trajectory_archive",
}
READERS = {"footage": "vln_pipeline.rendering.footage.Footage", "lerobot": "vln_pipeline.export.reader.read"}


def keep(folder, name, tasks):
    """Make the items of a store and return it."""
    kept = ItemStore(
        filepath=str(folder / name),
        cache=str(folder / "cache"),
        reader=READERS.get(name) or f"{ARCHIVES[name]}.read",
        writer=None if name in READERS else f"{ARCHIVES[name]}.write",
        executor="serial",
        version=Version(RUN, RUN),
    )
    kept.save(tasks)
    return kept.load()


def room(_):
    return wide_room()[0]


def walked(_):
    """Return one walk along the room."""
    poses = np.array([[1.0 + 0.25 * n, 1, 0, 0] for n in range(21)])
    walk = Trajectory(
        "wide_room_00000", "wide_room", 0, poses[:, :3], np.zeros(21), np.ones(21, np.float32),
        np.ones(20, np.int8), poses, 5.0,
    )  # fmt: skip
    return Plans("wide_room", (walk,), {})


def worded(_):
    return LabelledWalks((Labels("wide_room_00000", (), "Go to the far wall.", (0, 20)),))


def test_an_agent_is_rolled_out_filmed_exported_and_learned_from(tmp_path):
    rig = {"name": "small", "motion": "discrete", "camera": "habitat", "scale": 0.1, "height": 1.25, "pitches": [0, 30]}
    asked = DaggerConfig.model_validate(
        {
            "agents": {"baselines": ["forward_only"], "trained": []},
            "drive": {"scale": 0.1},
            "expert": {"way": "shortest", "mismatch_share": 100, "mismatches": 20},
            "keep": {"rescued": 1.0},
            "rendering": {"backend": "raycast", "rigs": [rig], "compared_views": 0},
        }
    )
    scenes = keep(tmp_path, "scenes", {"wide_room": Task(room)})
    maps = keep(tmp_path, "esdf", nodes.map_homes(scenes, asked))
    walks = keep(tmp_path, "trajectories", {"wide_room": Task(walked)})
    labels = keep(tmp_path, "labels", {"wide_room.0000": Task(worded)})
    episodes = keep(tmp_path, "episodes", nodes.make_episodes(maps, walks, labels, asked))
    tasks = nodes.roll_out_agents(scenes, maps, episodes, *[{}] * 7, asked, 7)
    roll_outs = keep(tmp_path, "roll_outs", tasks)
    assert list(roll_outs) == ["wide_room.forward_only"]
    made = keep(tmp_path, "walks", filming.walk_roll_outs(roll_outs, maps))
    (one,) = roll_outs["wide_room.forward_only"]().rolled
    assert made["wide_room.forward_only"]().rejected == {}
    footage = keep(tmp_path, "footage", filming.film_roll_outs(scenes, made, asked, 7))
    exported = filming.export_roll_outs(scenes, maps, roll_outs, made, footage, asked, 7)
    (dataset,) = keep(tmp_path, "lerobot", exported)["wide_room.forward_only"]()
    table = pq.read_table(next(dataset.root.glob("data/*/*.parquet")))
    assert np.array_equal(np.ravel(table["expert_action"].to_pylist()), one.advice)
    assert np.array_equal(np.ravel(table["action"].to_pylist())[1:], one.actions)
    assert "expert_action" in json.loads((dataset.root / "meta" / "info.json").read_text())["features"]
    scene = open_scene(dataset.root)
    walk = scene.episode(0, RecordingConfig(height=125, pitch=0, look_down_pitch=30))
    assert walk.instructions == ("Go to the far wall.",)
    registry = {"dagger": {"folder": str(dataset.root), "height": 125, "pitch": 0, "look_down_pitch": 30}}
    (sequence,), _ = read_walks(SequenceDataConfig(mix="dagger", registry=registry), [])
    assert np.array_equal(sequence.actions, [*one.actions, STOP])
    assert np.array_equal(sequence.expert_actions, one.advice)
    lessons = list(moments(walk, System2DataConfig(sample_step=1)))
    wrong = np.flatnonzero(one.actions != one.advice[:-1])
    assert len(wrong) > 0
    for lesson in lessons:
        if lesson.kind is SampleKind.PIXEL:
            assert not set(range(lesson.frame, lesson.frame + lesson.ahead)) & set(wrong.tolist())
        elif lesson.kind is SampleKind.TURN:
            assert lesson.moves[0] == {L: "←", R: "→", STOP: "S"}[Action(int(one.advice[lesson.frame]))]
