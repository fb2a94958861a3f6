"""Training of System 1 on the latent plans of a System 2 that does not learn."""
