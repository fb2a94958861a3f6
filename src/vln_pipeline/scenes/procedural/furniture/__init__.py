"""Parametric furniture, one module a kind of thing; dimensions in metres."""
