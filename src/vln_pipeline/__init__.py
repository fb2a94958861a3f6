"""From a folder of indoor scenes to LeRobot datasets for vision-language navigation."""

from vln_pipeline.thread_pools import sleep_while_waiting

__version__ = "0.1.0"

sleep_while_waiting()
