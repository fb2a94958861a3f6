"""Scenes from any source, as one type."""
