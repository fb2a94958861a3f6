"""From a folder of indoor scenes to LeRobot datasets for vision-language navigation."""

__version__ = "0.1.0"
