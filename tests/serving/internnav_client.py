"""What InternNav's evaluator does with its agent server: pickles in base64, one action at a time."""

import base64
import math
import pickle

import numpy as np

from vln_pipeline.planning.trajectory import Action


def packed(observation, protocol=4):
    """Return the field ``observation`` of a step."""
    return base64.b64encode(pickle.dumps([observation], protocol)).decode()


def told(rgb, depth, instruction, pose=(0.0, 0.0, 0.0)):
    """Return one robot's observation as its environment has it: depth in units of 10 m, a quaternion with w first."""
    return {
        "rgb": rgb,
        "depth": (depth / np.float32(10))[..., None],
        "globalgps": np.array([*pose[:2], 1.0]),
        "globalrotation": np.array([math.cos(pose[2] / 2), 0.0, 0.0, math.sin(pose[2] / 2)]),
        "instruction": instruction,
        "instruction_tokens": list(range(200)),
        "finish_action": False,
    }


class AgentClient:
    """An agent of our evaluator that asks an agent server."""

    rgb = depth = True
    calls = intents = ()

    def __init__(self, client):
        self._client = client
        settings = {"model_name": "internvla_n1", "ckpt_path": "checkpoints/none", "model_settings": {"env_num": 1}}
        answer = client.post("/agent/init", json={"agent_config": settings | {"server_port": 8087}})
        assert answer.status_code == 201
        self._name = answer.json()["agent_name"]

    def reset(self, task, truth):
        self._instruction = task.instruction
        told = {"reset_index": [0], "seed": task.seed}
        assert self._client.post(f"/agent/{self._name}/reset", json=told).json() == {"status": "success"}

    def step(self, seen):
        observation = packed(told(seen.rgb, seen.depth, self._instruction, seen.pose))
        answer = self._client.post(f"/agent/{self._name}/step", json={"observation": observation})
        [decided] = answer.json()["action"]
        assert decided["ideal_flag"] is True
        [action] = decided["action"]
        return Action.LOOK_DOWN if action == -1 else Action(action)

    def close(self):
        pass
