"""Bakes."""


def bake_light(*a): ...
