"""Tasks for the tests of the item store; in a module of their own, so that spawned workers can import them."""

import os
import signal
import time
from pathlib import Path

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.workplace import Workplace


def note(log: str, key: str) -> None:
    with Path(log).open("a") as file:
        file.write(key + "\n")


def make(key: str, number: int, log: str, _: Workplace) -> str:
    note(log, key)
    return f"{key}={number}"


def twice(item: Item, _: Workplace) -> str:
    return item() * 2


def write_by_itself(key: str, place: Workplace) -> None:
    (place.directory / "text.txt").write_text(key)


def write_groups(key: str, place: Workplace) -> None:
    for group in ("one", "two"):
        (place.directory / group).mkdir()
        (place.directory / group / "text.txt").write_text(f"{key} {group}")


def refuse(key: str, _: Workplace) -> str:
    raise DataError(f"scene {key}", "no floor found", "check the up axis")


def stumble(key: str, _: Workplace) -> str:
    raise ZeroDivisionError("a bug")


def fail_to_write(key: str, code: int, _: Workplace) -> str:
    raise OSError(code, os.strerror(code))


def let_another_run_make(folder: str, key: str, _: Workplace) -> str:
    from small_stores import SECOND, store

    store(Path(folder), SECOND).save({key: Task(same, key)})
    return "done"


def die(key: str, _: Workplace) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return key


def read_text(directory: Path) -> str:
    return (directory / "text.txt").read_text()


def write_text(value: str, directory: Path) -> None:
    (directory / "text.txt").write_text(value)


def go_on(place: Workplace) -> str:
    """Fail at the first attempt, having noted how far it came."""
    noted = place.state / "step.txt"
    if not noted.exists():
        place.state.mkdir()
        noted.write_text("12")
        raise DataError("training", "interrupted")
    return f"went on at {noted.read_text()}"


def same(key: str, _: Workplace) -> str:
    """Give the same for every key."""
    return "same"


def twice_noted(item: Item, log: str, _: Workplace) -> str:
    note(log, item.key)
    return item() * 2


def write_with_time(key: str, place: Workplace) -> None:
    (place.directory / "text.txt").write_text(key)
    (place.directory / "time.txt").write_text(str(time.perf_counter_ns()))


def joined(items: list[Item], _: Workplace) -> str:
    return "+".join(item() for item in items)


def take_time(key: str, log: str, _: Workplace) -> str:
    note(log, key)
    time.sleep(1.0)
    return key
