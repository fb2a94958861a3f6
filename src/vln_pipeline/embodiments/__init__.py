"""Robots of other builds: how their bodies walk the ways of benchmark episodes."""
