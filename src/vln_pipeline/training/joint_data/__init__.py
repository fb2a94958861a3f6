"""Samples for training System 1 on System 2's latent plan."""
