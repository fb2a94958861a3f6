"""NextDiT: a diffusion transformer that turns System 2's latent plan into a path (System 1 of DualVLN)."""
