"""Scenes from Matterport3D."""
