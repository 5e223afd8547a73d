"""`tfx.extensions`: Google Cloud's services, of which none is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import refuse

__all__: list[str] = []

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
