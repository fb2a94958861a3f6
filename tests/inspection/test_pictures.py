import cv2
import numpy as np

from vln_pipeline.inspection.contact_sheet import contact_sheet, id_colors
from vln_pipeline.inspection.floor_plot import plot_floor
from vln_pipeline.inspection.markers import draw_path, draw_pixel_goal
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.trajectory import Trajectory


def floor() -> FloorMap:
    esdf = np.full((40, 60), -0.1, np.float32)
    esdf[2:-2, 2:-2] = 0.8
    return FloorMap(
        index=0,
        height=0.0,
        cell=0.05,
        origin=np.zeros(2),
        esdf=esdf,
        ground=np.zeros((40, 60), np.float32),
        navigable=esdf > 0.25,
        room=np.zeros((40, 60), np.int16),
    )


def walk() -> Trajectory:
    path = np.stack([np.linspace(0.5, 2.5, 20), np.full(20, 1.0), np.zeros(20)], axis=1)
    return Trajectory(
        "s_00000", "s", 0, path, np.zeros(20), np.ones(20, np.float32), np.ones(8, np.int8), np.zeros((9, 4)), 2.0
    )


def decoded(image: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)


def test_the_same_floor_gives_the_same_picture():
    first, second = (plot_floor(floor(), [walk()], ["hall"], "Floor 0") for _ in range(2))
    assert first == second
    assert decoded(first).std() > 10


def test_walks_are_drawn():
    assert plot_floor(floor(), [walk()]) != plot_floor(floor(), [])


def test_ids_have_colours_of_their_own_and_zero_is_black():
    colors = id_colors(np.arange(50, dtype=np.uint16)[None])[0]
    assert (colors[0] == 0).all()
    assert len({tuple(c) for c in colors}) == 50


def test_a_contact_sheet_has_four_rows_and_a_column_per_frame():
    rgb = [np.full((90, 160, 3), 100, np.uint8)] * 3
    depth = [np.full((90, 160), 2.0, np.float32)] * 3
    ids = [np.ones((90, 160), np.uint16)] * 3
    height, width, _ = decoded(contact_sheet(rgb, depth, ids, ids)).shape
    assert width == 3 * 242
    assert height == 4 * 137


def test_the_pixel_goal_is_drawn_at_column_and_row():
    drawn = draw_pixel_goal(np.zeros((100, 200, 3), np.uint8), (150, 20))
    rows, columns = np.nonzero(drawn.any(axis=2))
    assert abs(columns.mean() - 150) < 1
    assert abs(rows.mean() - 20) < 1


def test_a_path_out_of_view_is_broken_not_drawn_across():
    pixels = np.array([[10.0, 10.0], [20.0, 10.0], [np.nan, np.nan], [90.0, 90.0]])
    drawn = draw_path(np.zeros((100, 100, 3), np.uint8), pixels)
    assert drawn[10, 15].any()
    assert not drawn[50, 55].any()
