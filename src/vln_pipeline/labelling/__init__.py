"""Instructions for a walk."""
