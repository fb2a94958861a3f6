"""How instructions lie on disk.

::

    <item>/
      clips.parquet      trajectory, clip, start, end, sub_instruction, revised_sub_instruction; one row per clip
      walks.parquet      trajectory, sum_instruction, sum_start, sum_end, variants, labeller, language, verdicts
      rejected.parquet   trajectory, reason; one row per walk that could not be labelled
"""

from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.labels import Clip, LabelledWalks, Labels, Rejection
from vln_pipeline.labelling.verify.verdict import Verdict

_CLIPS = pa.schema(
    [
        ("trajectory", pa.string()),
        ("clip", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("sub_instruction", pa.string()),
        ("revised_sub_instruction", pa.string()),
    ]
)
_VERDICT = pa.struct(
    [
        ("within_1m", pa.float64()),
        ("within_3m", pa.float64()),
        ("ambiguity", pa.float64()),
        ("failing", pa.string()),
        ("contradictions", pa.list_(pa.string())),
    ]
)
_WALKS = pa.schema(
    [
        ("trajectory", pa.string()),
        ("sum_instruction", pa.string()),
        ("sum_start", pa.int32()),
        ("sum_end", pa.int32()),
        ("variants", pa.list_(pa.string())),
        ("labeller", pa.string()),
        ("language", pa.string()),
        ("verdicts", pa.list_(_VERDICT)),
    ]
)
_REJECTED = pa.schema([("trajectory", pa.string()), ("reason", pa.string())])


def write(walks: LabelledWalks, directory: Path) -> None:
    """Write instructions into an item's folder."""
    clips = [
        {
            "trajectory": labels.trajectory,
            "clip": number,
            "start": clip.start,
            "end": clip.end,
            "sub_instruction": clip.sub_instruction,
            "revised_sub_instruction": clip.revised_sub_instruction,
        }
        for labels in walks.kept
        for number, clip in enumerate(labels.clips)
    ]
    kept = [
        {
            "trajectory": labels.trajectory,
            "sum_instruction": labels.sum_instruction,
            "sum_start": labels.sum_indexes[0],
            "sum_end": labels.sum_indexes[1],
            "variants": list(labels.variants),
            "labeller": labels.labeller,
            "language": labels.language,
            "verdicts": [asdict(verdict) for verdict in labels.verdicts],
        }
        for labels in walks.kept
    ]
    rejected = [{"trajectory": r.trajectory, "reason": r.reason} for r in walks.rejected]
    for name, rows, schema in (("clips", clips, _CLIPS), ("walks", kept, _WALKS), ("rejected", rejected, _REJECTED)):
        pq.write_table(pa.Table.from_pylist(rows, schema), directory / f"{name}.parquet")


def read(directory: Path) -> LabelledWalks:
    """Read what ``write`` wrote.

    Raises:
        DataError: a table is missing or is no such table.
    """
    clips: dict[str, list[Clip]] = defaultdict(list)
    for row in _rows(directory / "clips.parquet", _CLIPS):
        clip = Clip(row["start"], row["end"], row["sub_instruction"], row["revised_sub_instruction"])
        clips[row["trajectory"]].append(clip)
    return LabelledWalks(
        kept=tuple(
            Labels(
                trajectory=row["trajectory"],
                clips=tuple(clips[row["trajectory"]]),
                sum_instruction=row["sum_instruction"],
                sum_indexes=(row["sum_start"], row["sum_end"]),
                variants=tuple(row["variants"]),
                labeller=row["labeller"],
                language=row["language"],
                verdicts=tuple(
                    Verdict(**verdict | {"contradictions": tuple(verdict["contradictions"])})
                    for verdict in row["verdicts"]
                ),
            )
            for row in _rows(directory / "walks.parquet", _WALKS)
        ),
        rejected=tuple(
            Rejection(row["trajectory"], row["reason"]) for row in _rows(directory / "rejected.parquet", _REJECTED)
        ),
    )


def _rows(path: Path, schema: pa.Schema) -> list[dict]:
    try:
        return pq.read_table(path, schema=schema).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(str(path), f"no readable table ({type(error).__name__})", "label this item again") from error
