"""Closed loop: worlds, agents, episodes and metrics."""
