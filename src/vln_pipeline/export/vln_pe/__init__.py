"""Layout vln_pe of InternData-N1: one folder per trajectory of an embodied robot, images as arrays."""
