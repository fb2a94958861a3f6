"""Agents that follow instructions, and baselines that do not."""
