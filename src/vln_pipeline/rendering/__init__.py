"""Frames along a walk."""
