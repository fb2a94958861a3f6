"""Figures of the benchmarks as they are printed."""

from typing import Any


def rounded(value: Any) -> Any:
    """Return nested dicts and lists with floats of four significant digits, as JSON takes them."""
    if isinstance(value, dict):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
