"""Scenes from the Habitat Synthetic Scenes Dataset."""
