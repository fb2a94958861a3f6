"""A table of results between two nodes.

Kedro evaluates the hints of every node of every pipeline when any command starts, and pandas takes a second to load.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame as Table
else:
    Table = object

__all__ = ["Table"]
