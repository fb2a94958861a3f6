"""Builds the package with colcon."""

from setuptools import setup

NAME = "vln_ros2_client"

setup(
    name=NAME,
    version="0.1.0",
    packages=[NAME],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["setuptools", "numpy", "msgpack", "websockets"],
    entry_points={"console_scripts": [f"drive = {NAME}.node:main"]},
)
