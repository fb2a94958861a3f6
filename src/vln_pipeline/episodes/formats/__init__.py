"""Readers, one file a format; each turns its own frame and quaternion order into ours."""
