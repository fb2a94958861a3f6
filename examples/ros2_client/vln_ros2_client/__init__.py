"""A robot's side of the native contract of vln-pipeline, for ROS 2."""
