"""Stores at an address (``s3://bucket/data``): what is kept there, and what each machine has of it."""

from vln_pipeline.object_storage.address import folder_here, is_address
from vln_pipeline.object_storage.bucket import Bucket

__all__ = ["Bucket", "folder_here", "is_address"]
