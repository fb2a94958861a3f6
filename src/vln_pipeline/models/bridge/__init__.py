"""System 1 networks that follow a latent plan of System 2: what they have in common, and their checkpoints."""
