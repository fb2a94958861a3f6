"""Simulators that an agent can drive in, behind one protocol."""
