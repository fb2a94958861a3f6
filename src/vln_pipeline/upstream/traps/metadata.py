"""Metadata that does not count what is there."""

import json
from collections.abc import Iterator
from typing import Any

from vln_pipeline.export.vln_ce import SEPARATOR
from vln_pipeline.export.writer import INFO
from vln_pipeline.upstream.dataset import EPISODES, TASKS, UpstreamDataset, whole_number
from vln_pipeline.upstream.finding import Finding, Rewrite, listed

_GET_AGAIN = "download the file again"


def files(dataset: UpstreamDataset, *names: str) -> Iterator[Finding]:
    """Metadata files that are missing or broken.

    Args:
        dataset: to look at.
        names: JSON lines files that the dialect has, besides ``info.json``.
    """
    if dataset.info is None:
        is_there = (dataset.root / INFO).exists()
        found = "is no JSON object" if is_there else "is missing"
        yield Finding(INFO, found, "LeRobot's own library cannot open the dataset", _GET_AGAIN)
    for name in names:
        lines = dataset.lines(name)
        if lines is None:
            yield Finding(name, "is missing or no text", "what it tells of episodes is unknown", _GET_AGAIN)
        elif lines.broken:
            found = f"line {lines.broken[0]} is no JSON object ({len(lines.broken)} such lines)"
            yield Finding(name, found, "its episodes are unknown", _GET_AGAIN)


def lengths(dataset: UpstreamDataset) -> Iterator[Finding]:
    """``length`` that is not the number of rows, twice as much in some releases."""
    lines = dataset.lines(EPISODES)
    if lines is None:
        return
    wrong: dict[str, str] = {}
    twice = True
    rows = []
    for line in lines.rows:
        episode, told = whole_number(line.get("episode_index")), line.get("length")
        count = dataset.rows.get(episode) if episode is not None else None
        rows.append(line if count is None else {**line, "length": count})
        if count is not None and told != count:
            wrong.setdefault(f"episode {episode}", f"length {told}, {count} rows")
            twice = twice and told == 2 * count
    if not wrong:
        return
    how = "is twice the number of rows" if twice else "is not the number of rows"
    found = f"length {how} {listed(wrong, len(dataset.rows))}"
    means = "who trusts it reads past an episode's end"
    unsure = _unsure_episodes(dataset)
    if lines.broken or unsure:
        why = "a line of the file is broken" if lines.broken else f"rows and images of episode {unsure[0]} differ too"
        yield Finding(EPISODES, found, means, f"{why}, so nothing tells which count is right")
        return
    mend = Rewrite(dataset.root / EPISODES, lines.text(rows), "length is now the number of rows")
    yield Finding(EPISODES, found, means, rewrite=mend)


def _unsure_episodes(dataset: UpstreamDataset) -> list[int]:
    """Return episodes whose images are not as many as their rows."""
    return [
        episode
        for episode, count in dataset.rows.items()
        if any(dataset.pictures(key).count(episode) not in (0, count) for key in dataset.picture_keys)
    ]


def totals(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Totals of ``info.json`` that are not those of the files; only keys that it has count."""
    info = dataset.info
    if info is None:
        return
    expected = _totals(dataset, info)
    wrong = {key: value for key, value in expected.items() if key in info and info[key] != value}
    if not wrong:
        return
    found = ", ".join(f"{key} is {json.dumps(info[key])}, not {json.dumps(value)}" for key, value in wrong.items())
    means = "LeRobot's library looks for what is not there, or misses what is"
    if len(dataset.rows) < len(dataset.files):
        yield Finding(INFO, found, means, "some tables cannot be read, so their rows are not counted")
        return
    text = json.dumps({**info, **wrong}, indent=4, ensure_ascii=False) + "\n"
    yield Finding(
        INFO, found, means, rewrite=Rewrite(dataset.root / INFO, text, "totals are now counted from the files")
    )


def _totals(dataset: UpstreamDataset, info: dict[str, Any]) -> dict[str, Any]:
    count = len(dataset.files)
    found: dict[str, Any] = {"total_episodes": count, "total_frames": sum(dataset.rows.values())}
    tasks = dataset.lines(TASKS)
    if tasks is not None and not tasks.broken:
        found["total_tasks"] = len(tasks.rows)
    features, chunk = info.get("features"), whole_number(info.get("chunks_size"))
    if isinstance(features, dict):
        videos = [f for f in features.values() if isinstance(f, dict) and f.get("dtype") == "video"]
        found["total_videos"] = count * len(videos)
    if chunk:
        found["total_chunks"] = -(-count // chunk)
    splits = info.get("splits")
    if isinstance(splits, dict) and splits.keys() == {"train"}:
        found["splits"] = {"train": f"0:{count}"}
    return found


def episodes_told(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Episodes that have a line and no table, or a table and no line, or a table that cannot be read."""
    lines = dataset.lines(EPISODES)
    if lines is not None:
        told = {number for line in lines.rows if (number := whole_number(line.get("episode_index"))) is not None}
        known = told | dataset.files.keys()
        for missing, what in (
            (told - dataset.files.keys(), "a line here and no table"),
            (dataset.files.keys() - told, "a table and no line here"),
        ):
            if missing:
                found = f"{len(missing)} of {len(known)} episodes have {what} (episode {min(missing)})"
                yield Finding(EPISODES, found, "readers that go by this list lose them or stop", _GET_AGAIN)
    for episode in sorted(dataset.files.keys() - dataset.rows.keys()):
        name = dataset.name(dataset.files[episode])
        yield Finding(name, "cannot be read as parquet", "the episode is lost", _GET_AGAIN)


def joined_instructions(dataset: UpstreamDataset, *, is_custom: bool) -> Iterator[Finding]:
    """Tasks that hold several wordings.

    Args:
        dataset: to look at.
        is_custom: whether loaders of the dialect split them, as those of vln_ce do.
    """
    lines = dataset.lines(EPISODES)
    joined, empty = {}, {}
    for line in lines.rows if lines else ():
        tasks = line.get("tasks")
        if not (isinstance(tasks, list) and tasks and isinstance(tasks[0], str)):
            continue
        wordings = tasks[0].split(SEPARATOR)
        if len(wordings) > 1:
            joined[f"episode {line.get('episode_index')}"] = f"{len(wordings)} wordings"
        if not all(wording.strip() for wording in wordings):
            empty[f"episode {line.get('episode_index')}"] = "an empty wording"
    if joined:
        found = f"tasks[0] joins several instructions by {SEPARATOR} {listed(joined, len(lines.rows) if lines else 0)}"
        means = "each is an instruction of its own; who does not split them teaches the separator"
        left = "this is the dialect's way, and train_system2 splits them" if is_custom else "split them when reading"
        yield Finding(EPISODES, found, means, left, is_note=is_custom)
    if empty:
        found = f"tasks[0] holds an empty instruction {listed(empty, len(lines.rows) if lines else 0)}"
        yield Finding(EPISODES, found, "a sample without words", "training leaves the instruction out")
