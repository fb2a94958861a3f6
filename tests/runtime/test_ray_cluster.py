"""A cluster of two nodes on this machine, of which the second says that it has a GPU."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from executor_jobs import Done, FailsOn, NeverEndsOn, Prints, TellsItsNode

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors import Resources, open_executor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="ray is not installed"),
]

RAY = Path(sys.executable).with_name("ray")


@dataclass(frozen=True)
class Cluster:
    """What was started.

    Attributes:
        nodes: ids of the nodes.
        raylets: their processes.
    """

    nodes: list[str]
    raylets: list[psutil.Process]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ray")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)]))
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_ADDRESS", f"127.0.0.1:{port}")
        common = ["--num-cpus=1", "--object-store-memory=80000000"]
        head = ["--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={folder}"]
        raylets = []
        for words in ([*head, *common], [f"--address=127.0.0.1:{port}", *common, "--num-gpus=1"]):
            before = set(_raylets())
            subprocess.run([str(RAY), "start", "--node-ip-address=127.0.0.1", *words], check=True, capture_output=True)
            raylets += set(_raylets()) - before
        import ray

        try:
            ray.init(log_to_driver=False)
            nodes = sorted(ray.nodes(), key=lambda node: "GPU" in node["Resources"])
            yield Cluster([node["NodeID"] for node in nodes], raylets)
        finally:
            ray.shutdown()
            for process in _of_session(folder):
                process.kill()


def _raylets():
    return [process for process in psutil.process_iter(["name"]) if process.info["name"] == "raylet"]


def _of_session(folder):
    """Yield the processes that say in which folder their cluster is."""
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in word for word in process.info["cmdline"] or ()):
            yield process


def run(jobs, logs=None, **resources):
    executor = open_executor("ray", 1, Resources(**resources), logs)
    return {outcome.key: outcome.failure for outcome in executor.run(jobs)}


def test_tasks_that_ask_for_a_gpu_land_only_where_there_is_one(cluster, tmp_path):
    jobs = [(f"j{i}", TellsItsNode(f"j{i}", tmp_path / f"j{i}.json")) for i in range(6)]
    assert set(run(jobs, num_gpus=1, memory_gb=0.1).values()) == {None}
    told = [json.loads(job.file.read_text()) for _, job in jobs]
    assert {one["node"] for one in told} == {cluster.nodes[1]}
    assert all(one["has"] == {"CPU": 1.0, "GPU": 1.0, "memory": 1e8} for one in told)
    assert all(one["threads"] == "1" for one in told), "a node's CPUs are shared out by what tasks ask for"


@pytest.mark.parametrize("asked", [{"num_cpus": 2}, {"num_gpus": 2}, {"memory_gb": 1e6}])
def test_what_no_node_has_is_refused(cluster, asked):
    """Ray waits without end, and without a word, for a node that may never come."""
    with pytest.raises(DataError, match=r"ray: no node of the cluster has .*; lower what"):
        run([("a", Done("a"))], **asked)


def test_what_fails_on_a_broken_node_is_tried_on_another(cluster, tmp_path):
    """A task that a broken node refused was quarantined, though any other node would have done it."""
    for node in cluster.nodes:
        assert run([("a", FailsOn("a", tmp_path / f"not_{node}", node))]) == {"a": None}


def test_what_fails_everywhere_fails_after_two_attempts(cluster, tmp_path):
    told = tmp_path / "attempts"
    assert run([("a", FailsOn("a", told, ""))])["a"].cause == "a: this node is broken"
    assert sorted(told.read_text().split()) == sorted(cluster.nodes)


def test_without_retries_nothing_is_tried_again(cluster, tmp_path):
    told = tmp_path / "attempts"
    assert run([("a", FailsOn("a", told, ""))], retries=0)["a"]
    assert len(told.read_text().split()) == 1


def test_what_tasks_print_is_kept_by_item(cluster, tmp_path):
    """What renderers said on other machines was dropped, so that nobody could tell why one failed there."""
    logs = tmp_path / "logs"
    assert set(run([("home.0000", Prints("home.0000")), ("quiet", Done("quiet"))], logs).values()) == {None}
    assert (logs / "home.0000.log").read_text().splitlines() == ["from Python", "from a program"]
    assert not (logs / "quiet.log").exists()


def test_a_job_and_its_outcome_are_too_small_for_the_object_store(cluster, tmp_path):
    """Frames are files; Ray keeps results below 100 kB beside the task and out of its object store."""
    import ray
    from ray import cloudpickle

    from vln_pipeline.datasets.item import Item, Task
    from vln_pipeline.datasets.items import LocalItems
    from vln_pipeline.datasets.job import ItemJob

    items = [Item(f"k{i}", "0" * 32, tmp_path / f"k{i}", "reader", "store", "version") for i in range(100)]
    parents = {item.key: item.content for item in items}
    job = ItemJob("k", "0" * 32, Task(print, items), LocalItems(tmp_path), None, str(tmp_path), 1, parents)
    assert len(cloudpickle.dumps(job)) < 100_000
    run([(f"j{i}", Done(f"j{i}")) for i in range(20)])
    used = ray.cluster_resources()["object_store_memory"] - ray.available_resources()["object_store_memory"]
    assert used == 0


def test_a_node_that_dies_in_the_middle_is_made_up_for(cluster, tmp_path):
    """The last test of the cluster, as it leaves one node."""
    jobs = [(f"j{i}", NeverEndsOn(f"j{i}", tmp_path / "there", cluster.nodes[1])) for i in range(4)]
    outcomes = open_executor("ray", 1, Resources()).run(jobs)
    found = [next(outcomes)]
    cluster.raylets[1].kill()
    found += outcomes
    assert sorted(outcome.key for outcome in found) == ["j0", "j1", "j2", "j3"]
    assert all(outcome.failure is None for outcome in found)
