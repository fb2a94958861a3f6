import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
sys.path[:0] = [
    *(str(TESTS / part) for part in ("models/streamvln", "training/system2_data", "training/streamvln_data")),
    str(Path(__file__).parent),
]
