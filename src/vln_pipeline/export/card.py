"""The dataset card: what a person must know before using the data, in the front-matter format of dataset hubs."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vln_pipeline.export.card_texts import CLOUD, CONVENTIONS, RENAMED, SWAYS, VERSIONS
from vln_pipeline.export.internnav_lines import internnav_lines
from vln_pipeline.export.point_cloud import POINT_CLOUD
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.terms import terms_of

CARD, LICENCE = "README.md", "LICENSE.md"
_UNKNOWN = "unknown: ask the source of the scene before you share this data"
_LISTED = 50
"""Scenes, and cameras, that a card lists."""


def write_card(dataset: ExportedDataset, provenance: Mapping[str, Any], *, group: str = "r2r") -> None:
    """Write README.md and, for terms without an id, LICENSE.md; the same arguments give the same text.

    Args:
        dataset: what the card is of.
        provenance: what made it, by what a reader is told it is.
        group: by which InternNav finds it, of vln_ce.
    """
    terms = terms_of(dataset.scenes)
    tables = "data/*/*.parquet"
    front = {
        "pretty_name": f"{dataset.scene}, {dataset.dialect}",
        **terms.front_matter,
        "task_categories": ["robotics"],
        "configs": [{"config_name": config_name(dataset), "data_files": tables, "default": True}],
        "tags": ["LeRobot", "vision-language-navigation", dataset.dialect],
    }
    conventions = CONVENTIONS[dataset.dialect] + (SWAYS if dataset.sways else "")
    conventions += CLOUD if (dataset.root / POINT_CLOUD).is_file() else ""
    if dataset.is_v30:
        conventions += f"\n\n{RENAMED[dataset.dialect]}"
    info = dataset.info
    sections = [
        f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=math.inf)}---",
        f"# {_cell(dataset.scene)}, {dataset.dialect}, LeRobot {dataset.version}",
        f"Rendered walks of a simulated robot with instructions; scenes: {len(dataset.scenes)}.",
        _table({key: str(info[f"total_{key}"]) for key in ("episodes", "frames", "tasks")})
        + f"\n| frames per second | {dataset.fps} |\n| instructions by | {', '.join(dataset.labellers)} |",
        "## Scenes\n\n" + _scenes(dataset),
        "## How it was made\n\n" + _table({str(key): _plain(value) for key, value in provenance.items()}),
        "## Cameras\n\n" + _cameras(dataset),
        "## Conventions\n\n" + conventions,
        "## Files\n\n"
        + VERSIONS[dataset.version].format(unit=f"{dataset.depth_unit:g}")
        + "\n\n"
        + _tree(dataset.root),
        "## Features\n\n" + _features(dataset),
    ]
    if not dataset.is_v30:
        sections.insert(-2, "## InternNav\n\n" + internnav_lines(dataset, group))
    (dataset.root / CARD).write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    if terms.link == LICENCE:
        lines = [f"* {scene.id}: {scene.licence or _UNKNOWN}" for scene in dataset.scenes]
        text = "# Terms of the scenes this dataset was made from\n\n" + "\n".join(lines) + "\n"
        (dataset.root / LICENCE).write_text(text, encoding="utf-8")


def config_name(dataset: ExportedDataset) -> str:
    """Return a name that no dataset with other rows has: ``datasets`` caches rows by folder and configuration name."""
    found = hashlib.sha256()
    for path in sorted(dataset.root.glob("data/*/*.parquet")):
        with path.open("rb") as content:
            found.update(hashlib.file_digest(content, "sha256").digest())
    return f"{dataset.dialect}-{found.hexdigest()[:12]}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else f"`{json.dumps(value, sort_keys=True, ensure_ascii=False)}`"


def _table(rows: Mapping[str, str]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {_cell(key)} | {_cell(value)} |" for key, value in rows.items())])


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "/")


def _scenes(dataset: ExportedDataset) -> str:
    rows = [
        f"| {_cell(scene.id)} | {_cell(scene.source) or 'unknown'} | {_cell(scene.licence) or _UNKNOWN} |"
        for scene in dataset.scenes
    ]
    more = [f"\n... and {len(rows) - _LISTED} more, see `meta/dialect.json`"] if len(rows) > _LISTED else []
    return "\n".join(["| scene | source | licence |", "| --- | --- | --- |", *rows[:_LISTED], *more])


def _cameras(dataset: ExportedDataset) -> str:
    lines = [
        "| setting | height, m | pitch down, deg | image | fx, fy | cx, cy |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, camera in sorted(dataset.cameras.items())[:_LISTED]:
        k = camera.intrinsics
        size, focal, centre = f"{k.width}x{k.height}", f"{k.fx:.2f}, {k.fy:.2f}", f"{k.cx:g}, {k.cy:g}"
        lines.append(f"| {name} | {camera.height:g} | {camera.pitch:g} | {size} | {focal} | {centre} |")
    if len(dataset.cameras) > _LISTED:
        lines.append(f"\n... and {len(dataset.cameras) - _LISTED} more, see `meta/dialect.json`")
    return "\n".join(lines)


def _tree(root: Path) -> str:
    """Return the folders with the number of files in each and the first name."""
    folders: dict[str, list[str]] = {}
    for path in root.rglob("*"):
        if path.is_file() and path.name not in (CARD, LICENCE):
            folders.setdefault(path.parent.relative_to(root).as_posix(), []).append(path.name)
    lines = [
        f"{folder}/  {len(names)} file{'s' if len(names) > 1 else ''}, first {min(names)}"
        for folder, names in sorted(folders.items())
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def _features(dataset: ExportedDataset) -> str:
    features = dataset.info["features"].items()
    rows = [f"| `{name}` | {f['dtype']} | {' x '.join(map(str, f['shape']))} |" for name, f in features]
    return "\n".join(["| name | type | shape |", "| --- | --- | --- |", *rows])
