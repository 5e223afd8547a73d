"""`tfx.orchestration.metadata`: which metadata store to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.metadata.connection import (
    MetadataConnectionConfig,
    mysql_metadata_connection_config,
    sqlite_metadata_connection_config,
)
from pipeline_lib.tfx.facade_module import refuse

__all__ = [
    "ConnectionConfigType",
    "mysql_metadata_connection_config",
    "sqlite_metadata_connection_config",
]

ConnectionConfigType = MetadataConnectionConfig
"""Type of the settings of a store."""

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
