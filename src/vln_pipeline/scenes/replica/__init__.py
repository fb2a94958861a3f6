"""Scenes from Replica."""
