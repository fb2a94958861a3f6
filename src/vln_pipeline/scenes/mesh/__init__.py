"""Scenes from mesh files: GLB, glTF, OBJ and PLY."""
