"""Requests of NavDP's contract that are damaged at random."""

import httpx
import numpy as np
from test_serving_navdp import DEPTHS, POINT, VIEWS, sent

PATHS = ("/pointgoal_step", "/pixelgoal_step", "/imagegoal_step", "/navdp_step_ip_mixgoal", "/navigator_reset")
KINDS = ("multipart/form-data", "text/plain", "multipart/form-data; boundary=\xff")


def malformed(count, seed):
    """Yield paths, and what a client of httpx is told to post there."""
    draw = np.random.default_rng(seed)
    for number in range(count):
        whole = httpx.Request("POST", "http://here", **sent([VIEWS[0]], [DEPTHS[0]], POINT))
        raw, kind = bytearray(whole.read()), whole.headers["content-type"]
        fault = number % 4
        if fault == 0:  # cut off
            raw = raw[: draw.integers(len(raw) - 200)]
        elif fault == 1:  # the head of each part, and of each image, is spoilt
            for _ in range(40):
                raw[draw.integers(400)] = draw.integers(256)
        elif fault == 2:  # noise
            raw = bytearray(draw.bytes(int(draw.integers(2000))))
        else:
            kind = KINDS[number % 3]
        yield PATHS[number % len(PATHS)], {"content": bytes(raw), "headers": {"content-type": kind.encode("latin-1")}}
