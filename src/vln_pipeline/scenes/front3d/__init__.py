"""Scenes from 3D-FRONT, furnished from 3D-FUTURE."""
