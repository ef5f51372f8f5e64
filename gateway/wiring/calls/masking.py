"""Builds the masking of subgraphs' errors."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.masking import ErrorMasking
from gateway.masking.settings import MaskingSettings
from gateway.transport import MemoryTransport, Transport


def error_masking(settings: MaskingSettings, transports: Mapping[str, Transport]) -> ErrorMasking:
    """Return the masking; in-process subgraphs may mask their errors themselves."""
    return ErrorMasking.of(
        settings.subgraph_error_codes,
        settings.subgraph_error_extensions,
        [
            name
            for name, each in transports.items()
            if isinstance(each, MemoryTransport) and each.masks_errors
        ],
    )
