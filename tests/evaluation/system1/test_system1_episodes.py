import numpy as np
import pytest
from walled_rooms import RADIUS, empty_room, u_room

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1 import episodes_archive
from vln_pipeline.evaluation.system1.draw_episodes import draw_episodes
from vln_pipeline.evaluation.system1.episodes_config import EpisodesConfig
from vln_pipeline.planning.geodesic import geodesic_distance
from vln_pipeline.rendering.camera import Intrinsics

CAMERA = Intrinsics.from_fov(96, 72, 90)
ALL = EpisodesConfig(point=6, pixel=4, image=3, none=2, max_distance=8.0)


def drawn(room, config=ALL, seed=7):
    return draw_episodes(room[1], config, CAMERA, seed)


def same(a, b):
    if (a.target is None) != (b.target is None):
        return False
    ends = a.target is None or np.array_equal(a.target.position, b.target.position)
    return (a.id, a.floor, a.yaw) == (b.id, b.floor, b.yaw) and np.array_equal(a.start, b.start) and ends


def test_lengths_are_geodesic_and_within_the_band():
    _, nav = u_room()
    floor = nav.floors[0]
    for episode in drawn(u_room()).episodes:
        for place in (episode.start, *([episode.target.position] if episode.target else [])):
            row, column = np.rint(floor.to_cell(place[:2])).astype(int)
            assert floor.esdf[row, column] >= RADIUS + ALL.endpoint_clearance
        if episode.target is None:
            continue
        length = geodesic_distance(floor, episode.start[:2], episode.target.position[:2])
        assert episode.target.geodesic == pytest.approx(length, abs=0.02)
        assert ALL.min_distance <= episode.target.geodesic <= ALL.max_distance
        apart = np.linalg.norm(episode.target.position - episode.start)
        assert episode.target.straight == pytest.approx(apart, abs=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_detours_is_met(share):
    config = EpisodesConfig(point=10, detour_share=share, max_distance=8.0)
    ratios = [e.target.geodesic / e.target.straight for e in drawn(u_room(), config).episodes]
    assert all((ratio > config.detour_ratio) == bool(share) for ratio in ratios)


def test_a_room_without_detours_still_has_episodes():
    config = EpisodesConfig(point=4, detour_share=1.0, max_distance=8.0)
    ratios = [e.target.geodesic / e.target.straight for e in drawn(empty_room(), config).episodes]
    assert len(ratios) == 4
    assert max(ratios) < 1.05


def test_more_episodes_leave_the_first_ones_as_they_are():
    few = drawn(u_room(), EpisodesConfig(point=2, max_distance=8.0)).episodes
    many = drawn(u_room(), EpisodesConfig(point=5, none=1, max_distance=8.0)).episodes
    assert all(same(a, b) for a, b in zip(few, many, strict=False))


def test_a_seed_gives_its_own_episodes():
    first, again, other = drawn(u_room()), drawn(u_room()), drawn(u_room(), seed=8)
    assert all(same(a, b) for a, b in zip(first.episodes, again.episodes, strict=True))
    assert not any(same(a, b) for a, b in zip(first.episodes, other.episodes, strict=True))


def test_pixel_goals_lie_in_view_at_the_start():
    for episode in drawn(u_room(), EpisodesConfig(point=0, pixel=8, max_distance=8.0)).episodes:
        dx, dy = (episode.target.position - episode.start)[:2]
        bearing = (np.arctan2(dy, dx) - episode.yaw + np.pi) % (2 * np.pi) - np.pi
        assert abs(bearing) <= np.radians(90) / 4


def test_heading_along_the_path_shortens_the_way():
    """A bearing to the goal would not: most of these ways lead round the U."""
    config = EpisodesConfig(point=8, heading="path", heading_spread=0, detour_share=1.0, max_distance=8.0)
    floor = u_room()[1].floors[0]
    for episode in drawn(u_room(), config).episodes:
        ahead = episode.start[:2] + 0.3 * np.array([np.cos(episode.yaw), np.sin(episode.yaw)])
        left = geodesic_distance(floor, ahead, episode.target.position[:2])
        assert left < episode.target.geodesic - 0.2


def test_a_room_too_small_says_what_to_change():
    with pytest.raises(DataError, match=r"no point episode of 20.0 to 30.0 m.*min_distance"):
        drawn(empty_room(), EpisodesConfig(point=1, min_distance=20, max_distance=30, tries=4))


def test_archive_gives_back_what_it_took(tmp_path):
    first = drawn(u_room())
    episodes_archive.write(first, tmp_path)
    again = episodes_archive.read(tmp_path)
    assert all(same(a, b) for a, b in zip(first.episodes, again.episodes, strict=True))
    assert (again.scene, again.definition, again.seed, again.radius) == ("u_room", 1, 7, RADIUS)
    assert [e.kind for e in again.episodes].count(GoalKind.NONE) == 2
    text = (tmp_path / "episodes.json").read_bytes()
    episodes_archive.write(again, tmp_path)
    assert (tmp_path / "episodes.json").read_bytes() == text


@pytest.mark.parametrize("text", ["", "[]", '{"episodes": [{}]}', '{"scene": "a"}'])
def test_a_damaged_archive_is_named(tmp_path, text):
    (tmp_path / "episodes.json").write_text(text)
    with pytest.raises(DataError, match="not a readable set of episodes"):
        episodes_archive.read(tmp_path)
