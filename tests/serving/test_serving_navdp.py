"""NavDP's contract: the same paths as in process, sessions apart, and nothing that a client sends breaks the server."""

import json

import cv2
import httpx
import numpy as np
import pytest
from running import POLICY, navdp_app, running
from small_networks import SMALL, perturbed

from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.policy import NavdpPolicy

DRAW = np.random.default_rng(1)
VIEWS = [cv2.GaussianBlur(DRAW.integers(0, 255, (36, 48, 3), dtype=np.uint8), (5, 5), 0) for _ in range(3)]
DEPTHS = [DRAW.integers(2000, 48000, (36, 48), dtype=np.uint16) for _ in range(3)]
INTRINSIC = [[24.0, 0, 23.5], [0, 24.0, 17.5], [0, 0, 1]]
POINT, PIXEL = {"goal_x": [2.0], "goal_y": [-1.0]}, {"goal_x": [20], "goal_y": [15]}
STEPS = {
    "/pointgoal_step": (POINT, None, lambda image: NavdpGoal(point=np.array([2.0, -1.0]))),
    "/pixelgoal_step": (PIXEL, None, lambda image: NavdpGoal(pixel=np.array([20.0, 15.0]))),
    "/imagegoal_step": (None, "goal", lambda image: NavdpGoal(image=image)),
    "/nogoal_step": (None, None, lambda image: NavdpGoal()),
    "/navdp_step_ip_mixgoal": (POINT, "image_goal", lambda image: NavdpGoal(np.array([2.0, -1.0]), image=image)),
}


def encoded(image, kind=".jpg"):
    return cv2.imencode(kind, image)[1].tobytes()


def sent(views, depths, told, goal=None):
    """Return what a published client posts: RGB arrays written by OpenCV as if they were BGR, robots stacked."""
    files = {"image": ("image.jpg", encoded(np.concatenate(views)), "image/jpeg")}
    files["depth"] = ("depth.png", encoded(np.concatenate(depths), ".png"), "image/png")
    if goal is not None:
        files[goal] = ("goal.jpg", encoded(np.concatenate([VIEWS[2]] * len(views))), "image/jpeg")
    return {"files": files, "data": {} if told is None else {"goal_data": json.dumps(told)}}


def arrived(image):
    """Return what the server's network sees of an image that was sent so."""
    return cv2.imdecode(np.frombuffer(encoded(image), np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def client(network):
    with (
        running(navdp_app(network, told={"goals": ["point"]})) as url,
        httpx.Client(base_url=url, timeout=300) as client,
    ):
        yield client


def reset(client, seed=0, robots=1, robot="", **told):
    body = {"intrinsic": INTRINSIC, "stop_threshold": -3.0, "batch_size": robots, "seed": seed} | told
    answer = client.post("/navigator_reset", json=body, headers={"X-Robot": robot})
    assert answer.json() == {"algo": "navdp"}


@pytest.mark.parametrize("path", STEPS)
def test_paths_are_those_of_the_policy_in_process(client, network, path):
    told, part, goal = STEPS[path]
    here = NavdpPolicy(network, POLICY.model_copy(update={"stop_threshold": -3.0}))
    reset(client, seed=4)
    here.reset(4)
    for view, depth in zip(VIEWS, DEPTHS, strict=True):
        answer = client.post(path, **sent([view], [depth], told, part)).json()
        plan = here.plan(arrived(view), depth.astype(np.float32) * np.float32(1e-4), goal(arrived(VIEWS[2])))
        np.testing.assert_allclose(answer["trajectory"], plan.path[None], atol=1e-6)
        np.testing.assert_allclose(answer["all_trajectory"], plan.candidates[None], atol=1e-6)
        np.testing.assert_allclose(answer["all_values"], plan.scores[None], atol=1e-6)


def test_robots_of_one_session_are_apart(client, network):
    reset(client, seed=7, robots=2)
    told = {"goal_x": [2.0, 1.0], "goal_y": [0.0, -1.0]}
    answers = [
        client.post("/pointgoal_step", **sent(VIEWS[n : n + 2], DEPTHS[n : n + 2], told)).json() for n in range(2)
    ]
    for robot in range(2):
        here = NavdpPolicy(network, POLICY.model_copy(update={"stop_threshold": -3.0}))
        here.reset(7 + robot)
        goal = NavdpGoal(point=np.array([told["goal_x"][robot], told["goal_y"][robot]]))
        for n in range(2):
            depth = DEPTHS[n + robot].astype(np.float32) * np.float32(1e-4)
            stack = arrived(np.concatenate(VIEWS[n : n + 2])).reshape(2, 36, 48, 3)
            plan = here.plan(stack[robot], depth, goal)
            np.testing.assert_allclose(answers[n]["trajectory"][robot], plan.path, atol=1e-6)
    assert client.post("/navigator_reset_env", json={"env_id": 1}).status_code == 200
    assert client.post("/navigator_reset_env", json={"env_id": 2}).status_code == 422


def test_robots_that_are_told_apart_do_not_meet(client):
    """Two robots by turns are answered as each alone; the same robot again, after a reset, as at first."""

    def drive(robot, first):
        return client.post(
            "/pointgoal_step", **sent([VIEWS[first]], [DEPTHS[first]], POINT), headers={"X-Robot": robot}
        ).json()

    reset(client, 1, robot="a")
    alone = [drive("a", 0), drive("a", 1)]
    reset(client, 1, robot="a")
    reset(client, 2, robot="b")
    turns = [drive("a", 0), drive("b", 2), drive("a", 1)]
    assert [turns[0], turns[2]] == alone
    assert turns[1] != alone[0]


@pytest.mark.parametrize(
    ("change", "status", "cause"),
    [
        (lambda r: r["files"].pop("image"), 422, "file image is missing"),
        (lambda r: r["data"].pop("goal_data"), 422, "field goal_data is missing"),
        (lambda r: r["data"].update(goal_data="{"), 422, "goal_data: Invalid JSON"),
        (lambda r: r["data"].update(goal_data='{"goal_x": [1, 2], "goal_y": [0, 0]}'), 422, "is not of 1 robots"),
        (lambda r: r["data"].update(goal_data='{"goal_x": [NaN], "goal_y": [0]}'), 422, r"goal_data"),
        (lambda r: r["files"].update(image=("a", b"GIF89a", "image/gif")), 422, "image is no JPEG or PNG"),
        (lambda r: r["files"].update(depth=("d", encoded(VIEWS[0], ".png"), "")), 422, "one channel of 16 bits"),
        (lambda r: r["files"].update(depth=("d", encoded(DEPTHS[0][1:], ".png"), "")), 422, "not of one size"),
        (lambda r: r.pop("files"), 415, "no multipart"),
    ],
)
def test_a_request_that_is_not_the_contracts_is_refused_by_name(client, change, status, cause):
    reset(client)
    request = sent([VIEWS[0]], [DEPTHS[0]], POINT)
    change(request)
    answer = client.post("/pointgoal_step", **request)
    assert answer.status_code == status
    assert cause in answer.json()["error"]


def test_a_step_before_the_first_reset_names_the_mend(client):
    """After a restart of the server, a client learns by this answer that it has to reset."""
    answer = client.post("/nogoal_step", **sent([VIEWS[0]], [DEPTHS[0]], None), headers={"X-Robot": "never"})
    assert (answer.status_code, answer.json()["error"]) == (
        409,
        "this robot has no session; post /navigator_reset first",
    )


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({"intrinsic": np.zeros((3, 3)).tolist()}, "focal lengths above 0"),
        ({"intrinsic": [[1, 2, 3]]}, "reset.intrinsic"),
        ({"camera": {"height": 0.5, "pitch": 0.0, "width": 1e9, "rows": 36}}, "reset.camera.width"),
        ({"batch_size": 65}, "reset.batch_size"),
        ({"seed": -1}, "reset.seed"),
    ],
)
def test_a_reset_that_no_robot_can_mean_is_refused(client, told, cause):
    camera = {"height": 0.5, "pitch": 0.0, "width": 48, "rows": 36}
    answer = client.post("/navigator_reset", json={"intrinsic": INTRINSIC, "camera": camera} | told)
    assert answer.status_code == 422
    assert cause in answer.json()["error"]


def test_images_of_another_size_than_the_cameras_are_refused(client):
    reset(client, camera={"height": 0.5, "pitch": 0.0, "width": 48, "rows": 35})
    answer = client.post("/nogoal_step", **sent([VIEWS[0]], [DEPTHS[0]], None))
    assert (answer.status_code, "not of the size" in answer.json()["error"]) == (422, True)


def test_a_goal_that_the_network_does_not_know_is_refused():
    network = perturbed(SMALL.model_copy(update={"goals": ("point",)}))
    with running(navdp_app(network)) as url, httpx.Client(base_url=url, timeout=300) as client:
        reset(client)
        answer = client.post("/imagegoal_step", **sent([VIEWS[0]], [DEPTHS[0]], None, "goal"))
        assert answer.status_code == 422
        assert "made for goals of the kind point" in answer.json()["error"]


def test_state_and_counts_are_told(client):
    assert client.get("/health").json() == {"status": "ok", "goals": ["point"]}
    client.post("/nowhere")
    counts = client.get("/metrics").text
    assert 'vln_requests_total{route="unknown",status="404"}' in counts
    assert 'vln_request_seconds_count{route="/navigator_reset"}' in counts
