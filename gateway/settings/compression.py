"""Settings: compression to and from clients and subgraphs."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class CompressionSettings(BaseSettings):
    """Compression to and from clients and subgraphs."""

    compression: bool = Field(
        default=True, description="Whether responses are compressed with gzip for clients that accept it."
    )
    compression_bytes: int = Field(
        default=4096, gt=0, description="The shortest response that is compressed, in bytes."
    )
    gzip_requests: bool = Field(
        default=False,
        description="Whether clients may compress bodies with gzip; body_bytes limits the decompressed body.",
    )
    subgraph_compression: tuple[str, ...] = Field(
        default=(),
        description='Subgraphs that may compress their responses with gzip, or "*" for all; answer_bytes '
        "limits the decompressed response.",
    )
