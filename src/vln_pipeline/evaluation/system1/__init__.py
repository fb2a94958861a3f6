"""The System-1 benchmark: fixed episodes, agents that drive them, and how well they did."""
