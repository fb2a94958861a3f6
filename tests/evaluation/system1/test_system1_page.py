import io
import re

import numpy as np
import pytest
from PIL import Image
from walled_rooms import point_episode, set_of, u_room

from vln_pipeline.evaluation.system1.agents.entrant import Entrant
from vln_pipeline.evaluation.system1.agents.open_team import open_team
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system1.results import results_table
from vln_pipeline.evaluation.system1.rollout import drive_scene
from vln_pipeline.inspection.drive_gallery import best_drives, worst_drives
from vln_pipeline.inspection.drive_map import DriveMap
from vln_pipeline.inspection.page import render_page
from vln_pipeline.inspection.previews import drives_picture, episodes_table
from vln_pipeline.inspection.system1_page import System1Results, system1_page

AGENTS = ("straight_line", "shortest_path")


@pytest.fixture
def run(open_room):
    truth = open_room("u_room")
    episodes = set_of(
        truth.nav,
        point_episode(truth.nav, (1.0, 3.0), 0.0, (7.0, 3.0)),
        point_episode(truth.nav, (1.0, 5.0), 0.0, (7.0, 5.2), name="point_01"),
    )
    config = EvaluateSystem1Config(agents={"navdp": False, "baselines": AGENTS}, resamples=200)
    driven = [
        drive_scene(
            truth, episodes, name, open_team(Entrant(name, name), None, 1), config.drive, recovers=recovers, seed=7
        )
        for name in AGENTS
        for recovers in (False, True)
    ]
    return driven, episodes, config


def test_the_page_tells_scores_and_shows_drives(run, tmp_path):
    driven, _, config = run
    curve = tmp_path / "curve.png"
    Image.new("RGB", (8, 8)).save(curve)
    scene, nav = u_room()
    results = System1Results(
        table=results_table(driven),
        drives={(d.scene, d.agent, d.recovery): lambda d=d: d for d in driven},
        scenes={"u_room": lambda: scene},
        maps={"u_room": lambda: nav},
        curves={"seed_0": curve},
    )
    html = render_page(system1_page(results, config, 7))
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in html.split("<tr>")]
    scores = {(row[0], row[1]): row for row in rows if len(row) > 8}
    assert scores["shortest_path", "no"][3] == "100 [100, 100]"
    assert scores["straight_line", "no"][3].startswith("50 ")
    assert list(scores) == [(a, r) for a in AGENTS for r in ("no", "yes")]
    assert "<h2" in html
    assert html.count("data:image/gif;base64,") == 4
    assert html.count("data:image/png;base64,") == 1


def test_best_and_worst_are_told_apart(run):
    driven, _, _ = run
    table = results_table(driven)
    rows = table[~table["recovery"]]
    best, worst = best_drives(rows, 2), worst_drives(rows, 1)
    assert set(best["success_1.0m"]) == {1.0}
    assert best.iloc[0]["agent"] == "shortest_path"
    assert (worst.iloc[0]["agent"], worst.iloc[0]["episode"]) == ("straight_line", "point_00")


def test_the_map_shows_way_and_contacts(run):
    driven, _, _ = run
    _, nav = u_room()
    drive = driven[0].drives[0]
    goal = drive.episode.target.position
    plan = DriveMap(nav.floors[0], drive.track, drive.contact, goal, radius=0.2, arrival=1.0, size=300)
    start, end = plan.draw(0), plan.draw(len(drive.track) - 1)
    assert max(end.shape) <= 301
    red = lambda image: int(((image[..., 0] > 200) & (image[..., 1] < 60)).sum())  # noqa: E731
    assert red(start) == 0
    assert red(end) > 10
    assert np.any(start != end)


def test_previews(run):
    driven, episodes, _ = run
    table = episodes_table({"u_room": lambda: episodes})
    assert list(table["episode"]) == ["point_00", "point_01"]
    assert table["of the straight one"][0] > 1.1
    picture = drives_picture({str(n): lambda d=d: d for n, d in enumerate(driven)})
    assert Image.open(io.BytesIO(picture)).width > 300
