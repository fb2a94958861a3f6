"""How varied the language of instructions is, and how near its lengths are to those of R2R.

``python scripts/instruction_language.py [--language CODE] FILE ...``: each a table of labels (``walks.parquet``) or
episodes of R2R-CE (``.json`` or ``.json.gz``), so that generated words and people's are measured alike.

A skeleton is a sentence in which things, rooms, sides and distances are blanked. The overlap of lengths is what two
histograms share, five words a bin: that of the wordings, and the gamma distribution of R2R's mean and deviation.
"""

import argparse
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.stats import gamma

from vln_pipeline.labelling.config import LengthConfig
from vln_pipeline.labelling.verify.lexicon import load_lexicon
from vln_pipeline.labelling.verify.names import rooms_of, things_of
from vln_pipeline.scenes.published.room_types import known_room_types

_BIN, _LONGEST = 5, 400


def main(paths: list[Path], language: str) -> None:
    """Print one table."""
    texts = [text for path in paths for text in read(path)]
    words = [re.findall(r"[^\W\d_]+(?:[-'][^\W\d_]+)*", text.lower()) for text in texts]
    lengths = np.array([len(text.split()) for text in texts])
    skeletons = Counter(skeleton for text in texts for skeleton in skeletons_of(text, language))
    share = np.array(sorted(skeletons.values(), reverse=True)) / skeletons.total()
    lexicon = load_lexicon(language)
    turns = [len(re.findall(lexicon.patterns["turn"], text.lower())) for text in texts]
    rows = {
        "wordings": len(texts),
        "vocabulary": len({word for said in words for word in said}),
        "vocabulary of the first 500 wordings": len({word for said in words[:500] for word in said}),
        "words, mean": round(float(lengths.mean()), 1),
        "words, standard deviation": round(float(lengths.std()), 1),
        "words, median": float(np.median(lengths)),
        "overlap of lengths with R2R": round(overlap(lengths), 3),
        "skeletons": len(skeletons),
        "share of the most frequent skeleton": f"{share[0]:.2%}",
        "entropy of skeletons, bits": round(float(-(share * np.log2(share)).sum()), 2),
        "turn words per wording": round(float(np.mean(turns)), 2),
    }
    for name, value in rows.items():
        print(f"| {name} | {value} |")
    for skeleton, count in skeletons.most_common(5):
        print(f"{count / skeletons.total():.2%} {skeleton}")


def read(file: Path) -> list[str]:
    """Return the wordings of a file."""
    if file.suffix == ".parquet":
        rows = pq.read_table(file, columns=["sum_instruction", "variants"]).to_pylist()
        return [text for row in rows for text in (row["sum_instruction"], *row["variants"])]
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [episode["instruction"]["instruction_text"].strip() for episode in json.loads(raw)["episodes"]]


def skeletons_of(text: str, language: str) -> list[str]:
    """Return the sentences of a text without what they are about."""
    lexicon = load_lexicon(language)
    rooms = rooms_of(frozenset((*known_room_types(), "study", "staircase")), lexicon.rooms, language, lexicon.endings)
    things = things_of(frozenset(), language, lexicon.endings)
    sentences = []
    for sentence in re.split(r"(?<=[.!?])\s+", text.lower().strip()):
        blank = lexicon.patterns["distance"].sub("#", things.find(rooms.find(sentence)[1])[1])
        for side in ("left", "right"):
            blank = lexicon.patterns[side].sub("@", blank)
        sentences.append(re.sub(r"_+", "_", blank))
    return [sentence for sentence in sentences if sentence]


def overlap(lengths: np.ndarray) -> float:
    """Return the shared area of the histogram of lengths and that of R2R."""
    wanted = LengthConfig()
    shape = (wanted.mean / wanted.deviation) ** 2
    edges = np.arange(0, _LONGEST + _BIN, _BIN)
    ours = np.histogram(np.minimum(lengths, _LONGEST - 1), edges)[0] / len(lengths)
    return float(np.minimum(ours, np.diff(gamma.cdf(edges, shape, scale=wanted.mean / shape))).sum())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    main(given.files, given.language)
