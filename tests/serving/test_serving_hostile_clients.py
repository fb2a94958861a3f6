"""What clients of good will get wrong: every mistake is named, and none is driven by in silence."""

import os
import socket
import threading

import cv2
import httpx
import numpy as np
import pytest
import uvicorn
from click.testing import CliRunner
from native_client import Robot, begin, png, see
from pydantic import ValidationError
from running import POLICY, navdp_app, running
from starlette.testclient import TestClient
from test_native import app as native_app
from test_native import policy
from test_robot_client import example
from test_serving_agents import INIT
from test_serving_agents import serving as serving_agents
from test_serving_navdp import DEPTHS, INTRINSIC, POINT, VIEWS, sent

from vln_pipeline.commands.serve import serve as command
from vln_pipeline.evaluation.policy_server import PolicyServer
from vln_pipeline.models.navdp.checkpoint import save
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.serving.app import application, serve
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.images import read_colour
from vln_pipeline.serving.known_cameras import KnownCameras
from vln_pipeline.serving.native.navdp_pilot import NavdpPilot
from vln_pipeline.serving.navdp import NavdpContract
from vln_pipeline.serving.refused import RefusedRequestError

RESET = {"intrinsic": INTRINSIC, "stop_threshold": -3.0}
STEP = sent([VIEWS[0]], [DEPTHS[0]], POINT)
NARROW = TrainedCameras(height=(0.25, 1.25), pitch=(0, 30), hfov=(40, 50), vfov=(30, 40))


class Held:
    """NavDP's contract with a worker that a test can keep busy."""

    def __init__(self, network, learned=None, strict=False, **config):
        self.config = ServeConfig(**{"deadline": 300.0} | config)
        self._policy, self._cameras = NavdpPolicy(network, POLICY), KnownCameras(learned, strict=strict)
        self.app = application(self._contract, self.config, {})

    def _contract(self, metrics, worker):
        self._worker = worker
        self.contract = NavdpContract(self._policy, self.config, metrics, worker, self._cameras)
        return self.contract

    def hold(self):
        """Keep the worker busy until the returned event is set."""
        go_on = threading.Event()
        self._worker._thread.submit(go_on.wait, 60)
        return go_on


@pytest.mark.parametrize("channels", [1, 3])
def test_a_depth_image_is_no_colour_image(channels):
    """A depth image in the place of the colour image was read as white all over, and driven by."""
    deep = np.full((4, 5, channels), 30000, np.uint16)[..., 0 if channels == 1 else slice(None)]
    if channels == 1:
        with pytest.raises(RefusedRequestError, match="rgb is an image of one channel of 16 bits, as depth is"):
            read_colour(png(deep), "rgb", 100)
    else:  # colours of 16 bits are colours
        assert read_colour(cv2.imencode(".png", deep)[1].tobytes(), "rgb", 100)[0, 0].tolist() == [117, 117, 117]


def test_images_in_each_others_places_are_refused_over_every_contract(network):
    swapped = {"image": STEP["files"]["depth"], "depth": STEP["files"]["image"]}
    with TestClient(navdp_app(network)) as client:
        client.post("/navigator_reset", json=RESET)
        answer = client.post("/pointgoal_step", files=swapped, data=STEP["data"])
        assert (answer.status_code, "as depth is" in answer.json()["error"]) == (422, True)
    with running(native_app(lambda: NavdpPilot(policy(network)))) as url, Robot(url) as robot:
        robot.ask(begin())
        told = see(1, VIEWS[0], DEPTHS[0])
        answer = robot.ask(told | {"rgb": told["depth"], "depth": told["rgb"]})
        assert (answer["status"], "as depth is" in answer["error"]) == (422, True)


def test_two_robots_with_one_name_are_told(network):
    """Their images went into one memory, and both drove by the mixture."""
    made = Held(network)
    with running(made.app) as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/navigator_reset", json=RESET)
        go_on, first = made.hold(), []
        asking = threading.Thread(target=lambda: first.append(httpx.post(f"{url}/pointgoal_step", **STEP, timeout=300)))
        asking.start()
        while "vln_waiting 1.0" not in client.get("/metrics").text:
            pass
        second = client.post("/pointgoal_step", **STEP)
        reset_one = client.post("/navigator_reset_env", json={"env_id": 0})
        go_on.set()
        asking.join()
        assert (first[0].status_code, second.status_code, reset_one.status_code) == (200, 429, 429)
        assert "name each robot in X-Robot" in second.json()["error"]
        assert client.post("/pointgoal_step", **STEP).status_code == 200


def test_a_robot_that_gave_up_waiting_may_reset_and_ask_at_once(network):
    made = Held(network, deadline=1.0)
    with running(made.app) as url, httpx.Client(base_url=url, timeout=300) as client:
        client.post("/navigator_reset", json=RESET)
        go_on = made.hold()
        late = client.post("/pointgoal_step", **STEP)
        go_on.set()
        # 503 says that nothing was begun, so that clients ask again; after this one an image may be remembered.
        assert (late.status_code, late.json()["error"]) == (504, "the network was too slow")
        assert client.post("/navigator_reset", json=RESET).status_code == 200
        assert client.post("/pointgoal_step", **STEP).status_code == 200


def test_names_that_are_cut_short_or_lead_nowhere_are_refused(network):
    """Names were cut at 64 characters, and robots whose names began alike shared a session."""
    with TestClient(navdp_app(network)) as client:
        answer = client.post("/navigator_reset", json=RESET, headers={"X-Robot": "a" * 65})
        assert (answer.status_code, "at most 64" in answer.json()["error"]) == (422, True)
    with serving_agents("←") as url:
        answer = httpx.post(f"{url}/agent/init", json=INIT, headers={"X-Robot": "fleet/1"})
        assert (answer.status_code, "X-Robot" in answer.json()["error"]) == (422, True)


def test_each_process_of_an_evaluation_has_a_session_of_its_own(network):
    """All workers of an evaluation were one robot to the server, and drove each other's episodes."""
    made = Held(network)
    with running(made.app) as url:
        server = PolicyServer(url, 60.0, "here")
        assert server.ask("navigator_reset", json=RESET).status == 200
        server.close()
    [name] = made.contract._sessions._kept
    assert name.startswith("evaluator-")
    assert name.endswith(f"-{os.getpid()}")


def test_a_lens_is_compared_though_a_client_tells_nothing_else_of_its_camera(network):
    """The published clients tell no height and no tilt; their lenses were compared with nothing, even strictly."""
    for strict in (False, True):
        made = Held(network, {"system1": NARROW}, strict)
        with TestClient(made.app) as client:
            client.post("/navigator_reset", json=RESET)
            answer = client.post("/pointgoal_step", **STEP)
            if strict:
                assert answer.status_code == 422
                assert "camera hfov 90 degrees, learned from 40 to 50" in answer.json()["error"]
            else:
                assert [line.split(",")[0] for line in answer.json()["warnings"]] == [
                    "system1: camera hfov 90 degrees",
                    "system1: camera vfov 73.7 degrees",
                ]
            client.post("/navigator_reset", json=RESET | {"intrinsic": [[60.0, 0, 24], [0, 60.0, 18], [0, 0, 1]]})
            assert "warnings" not in client.post("/pointgoal_step", **STEP).json()


def test_depth_in_millimetres_is_told(network):
    """Read in units of 0.1 mm, a room in millimetres is ten times smaller; the robot drove as among near walls."""
    room = np.random.default_rng(3).integers(8000, 45000, (12, 36, 48), dtype=np.uint16)
    room[:, 0, 0], room[:, 0, 4] = 0, 65535  # nothing measured, and a wild pixel
    with TestClient(navdp_app(network)) as client:
        for divisor, told in ((10, 3), (1, 0)):
            client.post("/navigator_reset", json=RESET)
            answers = [client.post("/nogoal_step", **sent([VIEWS[0]], [depth // divisor], None)) for depth in room]
            warned = [answer.json().get("warnings", []) for answer in answers]
            assert sum(map(len, warned)) == told
            assert told == 0 or "unit has to be 0.1 mm" in warned[-1][0]
    with running(native_app(lambda: NavdpPilot(policy(network)))) as url, Robot(url) as robot:
        for divisor in (10, 1):
            robot.ask(begin())
            for stamp, depth in enumerate(room):
                warnings = robot.ask(see(stamp, VIEWS[0], depth // divisor))["warnings"]
            assert len(warnings) == (divisor == 10)


@pytest.mark.parametrize("token", ["", "two\nlines", "schlüssel"])
def test_a_token_that_nobody_can_send_is_refused(token, network, tmp_path):
    """An empty token file counted as a token, so that a server without one listened for everybody."""
    with pytest.raises(ValidationError, match="the token is empty, or has characters"):
        ServeConfig(host="0.0.0.0", token=token)
    (tmp_path / "token").write_bytes(token.encode("latin-1"))
    save(network, tmp_path / "best")
    refused = CliRunner().invoke(command, [str(tmp_path / "best"), f"--token-file={tmp_path / 'token'}"])
    assert refused.exit_code == 1
    assert "token: Value error" in refused.output or "write the token as plain text" in refused.output
    assert "schl" not in refused.output


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (["--gap=3"], "--gap: means nothing to the contract navdp; leave it out"),
        (["--system1=."], "--system1: means nothing to the contract navdp"),
        (["--contract=native", "--ordered-channels"], "--ordered-channels: means nothing to the contract native;"),
        (["--contract=native", "--rethink=1"], "--rethink: means nothing to the contract native;"),
        (["--contract=native", "--system1=.", "--bfloat16"], "means nothing to the contract native with two systems"),
        (["--contract=internnav", "--system1=.", "--strict-camera"], "--strict-camera: means nothing"),
        (["--device=cuda:77"], "--device: PyTorch cannot use cuda:77"),
        (["--device=abacus"], "--device: PyTorch cannot use abacus"),
        (["--threads=0"], "--threads"),
        (["--together=0"], "together: Input should be greater than or equal to 1"),
        (["--contract=internnav", "--system1=.", "--gap=-3"], "gap: Input should be greater than or equal to 0"),
        (["--contract=native", "--system1=.", "--rethink=nan"], "rethink: Input should be a finite number"),
        (["--contract=native", "--system1=.", "--stale=-1"], "stale: Input should be greater than 0"),
    ],
)
def test_options_that_nothing_looks_at_are_refused(options, cause, network, tmp_path):
    """Users believed that a dual system computed in bfloat16, or that cameras were compared, and nothing said no."""
    save(network, tmp_path / "best")
    refused = CliRunner().invoke(command, [str(tmp_path / "best"), *options])
    assert refused.exit_code in (1, 2)
    assert cause in refused.output
    assert len(refused.output.splitlines()) <= 4


def test_weights_without_their_configuration_are_not_guessed_at(network, tmp_path):
    """A folder's file of weights was served as a published one: its goals were shown in a form it had never seen."""
    save(network, tmp_path / "best")
    refused = CliRunner().invoke(command, [str(tmp_path / "best/model.safetensors")])
    assert refused.exit_code == 1
    assert f"without its configuration; name the folder {tmp_path / 'best'}" in refused.output


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")])
def test_the_address_that_is_told_can_be_opened(network, monkeypatch, host, shown):
    """Told were http://::1:8888, which no client takes, and the port 0."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as link:
        try:
            link.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    told = []
    serve(navdp_app(network), ServeConfig(host=host, port=0), told.append)
    assert told[0].startswith(shown)
    assert httpx.URL(told[0]).port > 0


def test_the_example_robot_stands_still_when_an_answer_breaks_off(capsys):
    """A server that was killed in the midst of an answer ended the robot's program."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_by_half():
            for _ in range(3):
                link, _ = listening.accept()
                with link:
                    link.recv(65536)
                    link.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"algo"')

        answering = threading.Thread(target=answer_by_half)
        answering.start()
        client = example()
        client.PERIOD = 0.01
        left = client.main(f"http://127.0.0.1:{listening.getsockname()[1]}", most=3)
        answering.join()
    assert left == 2.0
    assert capsys.readouterr().out.count("standing still: ") == 3
