"""Colour by BlenderProc, in a process of its own.

Blender and BlenderProc are GPL-3. Only the modules that the worker process loads import them; the rest of the package
talks to that process through files and a pipe.
"""
