"""Scenes from Habitat-Matterport 3D."""
