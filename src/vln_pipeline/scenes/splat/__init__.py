"""Buildings captured as 3D Gaussian splats."""
