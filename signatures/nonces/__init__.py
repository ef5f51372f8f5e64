"""Remembers which signatures have been used: in one process, and across processes."""

from signatures.nonces.memory import NonceMemory
from signatures.nonces.shared import SharedNonces, ValkeyNonces

__all__ = ["NonceMemory", "SharedNonces", "ValkeyNonces"]
