"""Builds what decides which errors of subgraphs clients see."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.masking import ErrorMasking
from gateway.masking.settings import MaskingSettings
from gateway.transport import MemoryTransport, Transport


def error_masking(settings: MaskingSettings, transports: Mapping[str, Transport]) -> ErrorMasking:
    """Return what decides; subgraphs in this process may mask their errors by themselves."""
    return ErrorMasking.of(
        settings.subgraph_error_codes,
        settings.subgraph_error_extensions,
        [
            name
            for name, each in transports.items()
            if isinstance(each, MemoryTransport) and each.masks_errors
        ],
    )
