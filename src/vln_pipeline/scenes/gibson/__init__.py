"""Scenes from Gibson, with the annotation of 3DSceneGraph."""
