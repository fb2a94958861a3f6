"""Colour frames of Gaussian splats."""
